package io.bisup.quantize.prefix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Prefix;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PrefixTokensTest {
    private static final PrefixTokens.Detector NONE_WANTED = (start, eta) -> {
        throw new AssertionError("nothing is to be detected");
    };

    @TempDir
    Path folder;

    /** The tokenizer of a trained model, told which special tokens it has. */
    private Tokenizer tokenizer(String specialTokens) throws IOException {
        Path source = ReferenceData.path("data/models/TinyStories-656K");
        Files.copy(source.resolve(Tokenizer.FILE), folder.resolve(Tokenizer.FILE));
        Files.writeString(
                folder.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_bos_token\": false" + specialTokens + "}");
        return Tokenizer.open(folder);
    }

    private static final String BOTH = ", \"bos_token\": \"<|start_story|>\", \"eos_token\": \"<|end_story|>\"";

    @Test
    void everyKindOfPrefixHasItsTokens() throws IOException {
        try (Tokenizer tokenizer = tokenizer(BOTH)) {
            List<Long> start = List.of(tokenizer.bosId());
            assertThat(PrefixTokens.of(new Prefix.None(), tokenizer, "Be kind.", NONE_WANTED))
                    .isEmpty();
            assertThat(PrefixTokens.of(new Prefix.Bos(), tokenizer, "Be kind.", NONE_WANTED))
                    .isEqualTo(start);
            assertThat(PrefixTokens.of(new Prefix.Tokens(List.of(9L, 3L)), tokenizer, null, NONE_WANTED))
                    .containsExactly(9L, 3L);
            assertThat(PrefixTokens.of(new Prefix.SystemPrompt(), tokenizer, "Be kind.", NONE_WANTED))
                    .isEqualTo(Arrays.stream(tokenizer.encodeSystemPrompt("Be kind."))
                            .boxed()
                            .toList())
                    .hasSizeGreaterThan(2);
            assertThat(PrefixTokens.of(new Prefix.SystemPrompt(), tokenizer, null, NONE_WANTED))
                    .as("without a system prompt")
                    .isEqualTo(start);
        }
    }

    /** Detection is told what stands before every sequence. */
    @Test
    void whatIsDetectedIsTaken() throws IOException {
        try (Tokenizer tokenizer = tokenizer(BOTH)) {
            List<Long> found = PrefixTokens.of(new Prefix.Detected(48), tokenizer, null, (start, eta) -> {
                assertThat(start).isEqualTo(tokenizer.bosId());
                assertThat(eta).isEqualTo(48);
                return List.of(13L, start);
            });
            assertThat(found).containsExactly(13L, tokenizer.bosId());
        }
    }

    /** Qwen's tokenizers have no BOS: what their chats open with takes its place. */
    @Test
    void theTokenThatChatsOpenWithStandsInForAMissingStart() throws IOException {
        Path source = ReferenceData.path("data/tokenizers/qwen2");
        Files.copy(source.resolve(Tokenizer.FILE), folder.resolve(Tokenizer.FILE));
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"eos_token\": \"<|endoftext|>\"}");
        Files.writeString(folder.resolve("chat_template.jinja"), "{{- '<|im_start|>system\\n' }}");
        try (Tokenizer tokenizer = Tokenizer.open(folder)) {
            long opening = tokenizer.encode("<|im_start|>")[0];
            assertThat(opening).isNotEqualTo(tokenizer.eosId());
            assertThat(PrefixTokens.of(new Prefix.Bos(), tokenizer, null, NONE_WANTED))
                    .containsExactly(opening);
        }
    }

    /** Of a model without chats the end token takes its place (PrefixQuant). */
    @Test
    void theEndTokenStandsInForAMissingStart() throws IOException {
        try (Tokenizer tokenizer = tokenizer(", \"eos_token\": \"<|end_story|>\"")) {
            assertThat(PrefixTokens.of(new Prefix.Bos(), tokenizer, null, NONE_WANTED))
                    .containsExactly(tokenizer.eosId());
        }
    }

    @Test
    void aTokenizerWithoutEitherIsToldSo() throws IOException {
        try (Tokenizer tokenizer = tokenizer("")) {
            assertThatThrownBy(() -> PrefixTokens.of(new Prefix.Bos(), tokenizer, null, NONE_WANTED))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("prefix")
                    .hasMessageContaining("BOS or EOS")
                    .hasMessageContaining("prefix: none");
        }
    }
}
