package io.bisup.api.input;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.DatasetFormat;
import io.bisup.data.task.Task;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How a body is meant: by {@code ?format=}, else by its content type. */
final class DatasetFormats {

    private static final Map<String, DatasetFormat> BY_TYPE = Map.of(
            "text/plain", DatasetFormat.TEXT,
            "application/jsonl", DatasetFormat.JSONL,
            "application/x-ndjson", DatasetFormat.JSONL,
            "application/ndjson", DatasetFormat.JSONL,
            "application/x-jsonlines", DatasetFormat.JSONL,
            "application/vnd.apache.parquet", DatasetFormat.PARQUET);

    private static final String NAMES =
            Arrays.stream(DatasetFormat.values()).map(DatasetFormat::id).collect(Collectors.joining(", "));

    private DatasetFormats() {}

    static DatasetFormat of(@Nullable String contentType, @Nullable String format) {
        if (format != null) {
            return Arrays.stream(DatasetFormat.values())
                    .filter(known -> known.id().equals(format))
                    .findFirst()
                    .orElseThrow(() -> new ProblemException(
                            ProblemKind.INVALID_PARAMETER, "'format' cannot be read; send one of " + NAMES));
        }
        String type =
                contentType == null ? "" : contentType.split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
        DatasetFormat meant = BY_TYPE.get(type);
        if (meant == null) {
            throw new ProblemException(
                    ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                    "send Content-Type text/plain, application/jsonl or application/vnd.apache.parquet, or ?format= one of "
                            + NAMES);
        }
        return meant;
    }

    static @Nullable Task task(@Nullable String name) {
        if (name == null) {
            return null;
        }
        return Task.named(name)
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.INVALID_PARAMETER,
                        "'task' is unknown; send one of " + String.join(", ", Task.names())));
    }
}
