package io.bisup.api.input;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.platform.registry.RegisteredDataset.Format;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** How a body is meant: by {@code ?format=}, else by its content type. */
final class DatasetFormats {

    private static final Set<String> JSONL =
            Set.of("application/jsonl", "application/x-ndjson", "application/ndjson", "application/x-jsonlines");

    private DatasetFormats() {}

    static Format of(@Nullable String contentType, @Nullable String format) {
        if (format != null) {
            return switch (format) {
                case "text" -> Format.TEXT;
                case "jsonl" -> Format.JSONL;
                default ->
                    throw new ProblemException(
                            ProblemKind.INVALID_PARAMETER, "'format' cannot be read; send text or jsonl");
            };
        }
        String type =
                contentType == null ? "" : contentType.split(";", -1)[0].strip().toLowerCase(Locale.ROOT);
        if (JSONL.contains(type)) {
            return Format.JSONL;
        }
        if (type.equals("text/plain")) {
            return Format.TEXT;
        }
        throw new ProblemException(
                ProblemKind.UNSUPPORTED_MEDIA_TYPE,
                "send Content-Type text/plain or application/jsonl, or ?format=text or ?format=jsonl");
    }
}
