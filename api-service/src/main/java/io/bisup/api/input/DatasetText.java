package io.bisup.api.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Json;
import io.bisup.platform.registry.RegisteredDataset.Format;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Whether a body is a data set: UTF-8 with something in it, and lines as its format says. */
final class DatasetText {

    private static final int CHARACTERS = 1 << 15;

    private DatasetText() {}

    static void check(Path file, Format format) throws IOException {
        boolean something;
        try (BufferedReader in = new BufferedReader(
                new InputStreamReader(Files.newInputStream(file), StandardCharsets.UTF_8.newDecoder()))) {
            something = switch (format) {
                case TEXT -> hasText(in);
                case JSONL -> hasDocuments(in);
            };
        } catch (CharacterCodingException e) {
            throw refused("is not UTF-8", "encode it as UTF-8");
        }
        if (!something) {
            throw refused("is empty", "send text");
        }
    }

    private static boolean hasText(BufferedReader in) throws IOException {
        char[] buffer = new char[CHARACTERS];
        boolean text = false;
        for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
            text = text || !new String(buffer, 0, read).isBlank();
        }
        return text;
    }

    private static boolean hasDocuments(BufferedReader in) throws IOException {
        boolean any = false;
        long number = 1;
        for (String line = in.readLine(); line != null; line = in.readLine(), number++) {
            any |= hasText(line, number);
        }
        return any;
    }

    private static boolean hasText(String line, long number) {
        try {
            JsonNode text = Json.mapper().readTree(line).path("text");
            if (text.isTextual()) {
                return !text.textValue().isBlank();
            }
        } catch (JsonProcessingException e) {
            // told below, as a line without text is
        }
        throw refused("line " + number + " is no JSON object with a string field \"text\"", "correct that line");
    }

    private static ProblemException refused(String message, String remedy) {
        return ProblemException.at(ProblemKind.INVALID_SPEC, "", message, remedy);
    }
}
