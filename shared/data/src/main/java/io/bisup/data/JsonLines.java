package io.bisup.data;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/** One JSON object a line; a line may be as long as memory allows. */
final class JsonLines {

    private static final int DEEPEST = 64;
    private static final String BYTE_ORDER_MARK = "\uFEFF";

    private static final ObjectReader JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(Integer.MAX_VALUE)
                            .maxNestingDepth(DEEPEST)
                            .build())
                    .build())
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build()
            .readerFor(JsonNode.class);

    private JsonLines() {}

    /** Returns the number of rows. */
    static long read(Path file, String name, Consumer<DatasetRow> consumer) throws IOException {
        long rows = 0;
        long number = 1;
        try (BufferedReader in = Files.newBufferedReader(file)) {
            for (String line = in.readLine(); line != null; line = in.readLine(), number++) {
                String text = number == 1 && line.startsWith(BYTE_ORDER_MARK) ? line.substring(1) : line;
                if (!text.isBlank()) {
                    consumer.accept(new DatasetRow(name, "line " + number, object(text, name, number)));
                    rows++;
                }
            }
        }
        return rows;
    }

    private static ObjectNode object(String line, String name, long number) {
        String cause;
        try {
            JsonNode node = JSON.readValue(line);
            if (node instanceof ObjectNode object) {
                return object;
            }
            cause = "is no JSON object";
        } catch (JsonProcessingException broken) {
            cause = "is no JSON object ("
                    + broken.getOriginalMessage().lines().findFirst().orElse("") + ")";
        }
        throw DatasetException.unsuitable(name, "line " + number + " " + cause, "give one JSON object a line");
    }
}
