package io.bisup.llm.token;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S-02: whatever the document holds, its added tokens are read or it is refused as no JSON; {@code ./bisup fuzz} searches. */
class AddedTokensFuzzTest {

    @FuzzTest(maxDuration = "1m")
    void addedTokens(byte[] json) {
        try {
            assertThat(read(json).values()).allMatch(id -> id >= 0);
        } catch (IOException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }

    @Test
    void anObjectInThePlaceOfAnIdGivesNoToken() throws IOException {
        String json = """
                {"added_tokens": [{"id": {"id": 7, "content": "<x>"}, "content": {"content": "<y>", "id": 8}},
                                  {"id": 1, "content": "<s>"}]}""";
        assertThat(read(json.getBytes(java.nio.charset.StandardCharsets.UTF_8))).isEqualTo(Map.of("<s>", 1));
    }

    private static Map<String, Integer> read(byte[] json) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            return AddedTokens.read(parser);
        }
    }
}
