package io.bisup.data.task;

import io.bisup.data.DatasetRow;
import java.util.List;

/** Rows whose prompt and choices are already built. */
final class BuiltFields {

    private BuiltFields() {}

    /** Whether a row is one; no raw data set has these fields together. */
    static boolean are(DatasetRow row) {
        return row.has("gold") || (row.has("ctx") && row.has("continuation"));
    }

    static Prompt prompt(DatasetRow row) {
        if (row.has("contexts")) {
            List<String> contexts = row.strings("contexts", 2);
            return new Prompt.Contexts(contexts, row.string("continuation"), row.index("gold", contexts.size()));
        }
        if (row.has("continuation")) {
            return new Prompt.Word(row.string("ctx"), row.string("continuation"));
        }
        List<String> choices = row.strings("choices", 2);
        return new Prompt.Choices(row.string("ctx"), choices, row.index("gold", choices.size()));
    }
}
