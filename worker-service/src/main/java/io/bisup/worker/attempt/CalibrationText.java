package io.bisup.worker.attempt;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.platform.registry.RegisteredDataset;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Reads a registered data set as one text. */
final class CalibrationText {

    private CalibrationText() {}

    /**
     * @param file the data set's object
     * @return the text; documents of a JSON Lines file are joined by an empty line
     * @throws FailureException when it is not UTF-8, or a line is no object with a "text"
     */
    static String read(Path file, RegisteredDataset dataset) throws IOException {
        try {
            return switch (dataset.format()) {
                case TEXT -> Files.readString(file);
                case JSONL -> documents(file, dataset.name());
            };
        } catch (CharacterCodingException e) {
            throw new FailureException(
                    FailureCode.DATASET_UNSUITABLE, "data set " + dataset.name() + " is not UTF-8 text", e);
        }
    }

    private static String documents(Path file, String name) throws IOException {
        try (Stream<String> lines = Files.lines(file)) {
            return lines.filter(line -> !line.isBlank())
                    .map(line -> text(line, name))
                    .collect(Collectors.joining("\n\n"));
        }
    }

    private static String text(String line, String name) {
        try {
            if (Json.read(line, Map.class).get("text") instanceof String text) {
                return text;
            }
        } catch (InvalidSpecException e) {
            throw malformed(name, e);
        }
        throw malformed(name, null);
    }

    private static FailureException malformed(
            String name, @org.jspecify.annotations.Nullable InvalidSpecException cause) {
        return new FailureException(
                FailureCode.DATASET_UNSUITABLE,
                "data set " + name + " has a line that is no JSON object with a \"text\"",
                cause);
    }
}
