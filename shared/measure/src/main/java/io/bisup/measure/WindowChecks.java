package io.bisup.measure;

import io.bisup.contract.FailureCode;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import io.bisup.llm.model.LanguageModel;
import java.util.List;

/** Whether windows can be read by a model. */
final class WindowChecks {

    private WindowChecks() {}

    static void requireFits(LanguageModel model, List<Long> prefixIds, int window) {
        int longest = model.config().maxPositions() - prefixIds.size();
        if (window < 2 || window > longest) {
            throw new DatasetException(
                    FailureCode.WINDOW_TOO_LONG,
                    "window",
                    window + " tokens do not fit the model's context of "
                            + model.config().maxPositions()
                            + (prefixIds.isEmpty() ? "" : " behind a prefix of " + prefixIds.size()),
                    "use 2 to " + longest);
        }
    }

    static void requireKnown(LanguageModel model, WindowSet cut, TextDataset dataset) {
        int vocabulary = model.config().vocabSize();
        for (long[] window : cut.windows()) {
            for (long id : window) {
                if (id >= vocabulary) {
                    throw new DatasetException(
                            FailureCode.MALFORMED_CHECKPOINT,
                            dataset.name(),
                            "the tokenizer gives id " + id + ", the model knows " + vocabulary,
                            "does tokenizer.json belong to this model?");
                }
            }
        }
    }
}
