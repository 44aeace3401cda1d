package io.bisup.llm.checkpoint;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerDocumentTest {

    private static final int ROWS = 3;

    @Test
    void aWholeDocumentIsTaken() {
        assertThatCode(() ->
                        check("{'version': '1', 'model': {'type': 'BPE', 'vocab': {'a': 0, 'b': 2}, 'merges': []}}"))
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "[]|is no JSON object",
                "{'model': {'vocab': {'a': 0}}} {}|goes on after its end",
                "{'model': {'vocab': {'a': 0}}|is no whole JSON document",
                "{'model': {'type': 'CRF', 'vocab': {'a': 0}}}|'CRF'",
                "{'model': {'type': 'BPE'}}|no model with a vocabulary",
                "{'model': {'vocab': {'a': 3}}}|the id 3",
                "{'model': {'vocab': {'a': '0'}}}|no whole number"
            })
    void whatIsNotIsRefusedByTheFilesName(String json, String cause) {
        assertThatThrownBy(() -> check(json))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageStartingWith(TokenizerDocument.FILE + ": it ")
                .hasMessageContaining(cause);
    }

    /** Found by Jazzer: four bytes that begin as UTF-32 does, then no character. */
    @Test
    void bytesThatAreNoCharactersAreRefused() {
        byte[] bytes = {0, 0, 0, '{', 0x55, (byte) 0xff, 0, 0};
        assertThatThrownBy(() -> TokenizerDocument.check(bytes, ROWS))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("is no whole JSON document");
    }

    /** Found by Jazzer: the parser does not say where it stopped when a document is too deep. */
    @Test
    void aDocumentThatIsTooDeepIsRefused() {
        assertThatThrownBy(() -> check("{'model': {'vocab': " + "[".repeat(100)))
                .isInstanceOf(MalformedCheckpointException.class)
                .hasMessageContaining("is no whole JSON document");
    }

    private static void check(String json) {
        TokenizerDocument.check(json.replace('\'', '"').getBytes(StandardCharsets.UTF_8), ROWS);
    }
}
