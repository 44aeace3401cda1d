package io.bisup.llm.token;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.llm.testing.ReferenceData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"llama2, llama-spm", "phi3, phi-3", "qwen2, qwen2", "gpt2, gpt-2"})
    void agreesWithEveryReferenceVector(String tokenizer, String vectors) throws IOException {
        Path stem = ReferenceData.path("data/tokenizers/vectors").resolve("ggml-vocab-" + vectors + ".gguf");
        List<String> texts =
                Arrays.asList(Files.readString(Path.of(stem + ".inp")).split("\n__ggml_vocab_test__\n"));
        List<String> expected = Files.readAllLines(Path.of(stem + ".out"));
        try (Tokenizer opened = TokenizerFixtures.open(tokenizer, folder)) {
            assertThat(texts).hasSameSizeAs(expected).hasSizeGreaterThan(40);
            for (int i = 0; i < texts.size(); i++) {
                assertThat(opened.encode(texts.get(i), SpecialTokens.NEVER))
                        .as("text %d: %s", i, texts.get(i))
                        .containsExactly(ids(expected.get(i)));
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"llama2, true", "phi3, false", "qwen2, false", "dolma2-llama3-style, false"})
    void addsWhatTransformersAddsByDefault(String tokenizer, boolean bos) throws IOException {
        try (Tokenizer opened = TokenizerFixtures.open(tokenizer, folder)) {
            assertThat(opened.addsBos()).isEqualTo(bos);
            long[] bare = opened.encode("Hello world", SpecialTokens.NEVER);
            long[] dressed = opened.encode("Hello world");
            assertThat(dressed).hasSize(bare.length + (bos ? 1 : 0)).endsWith(bare);
            assertThat(opened.decode(dressed)).isEqualTo("Hello world");
        }
    }

    @Test
    void putsTheStartTokenOfATrainedModelFirst() {
        try (Tokenizer tokenizer = Tokenizer.open(tinyStories())) {
            assertThat(tokenizer.bosId()).isEqualTo(1);
            assertThat(tokenizer.eosId()).isEqualTo(2);
            assertThat(tokenizer.encode("Once")).startsWith(1);
            assertThat(tokenizer.encode("Once", SpecialTokens.ALWAYS)).isEqualTo(tokenizer.encode("Once"));
            assertThat(tokenizer.sha256()).hasSize(64);
        }
    }

    @Test
    void dropsCharactersThatALlamaVocabularyCannotSpell() {
        try (Tokenizer tokenizer = Tokenizer.open(tinyStories())) {
            assertThat(tokenizer.encode("dog é x")).isEqualTo(tokenizer.encode("dog  x"));
        }
    }

    @Test
    void neverCutsALongText() throws IOException {
        Path copy = copyOf(tinyStories());
        Path json = copy.resolve(Tokenizer.FILE);
        Files.writeString(
                json,
                Files.readString(json)
                        .replaceFirst(
                                "\"truncation\":\\s*null",
                                "\"truncation\":{\"direction\":\"Right\",\"max_length\":8,"
                                        + "\"strategy\":\"LongestFirst\",\"stride\":0}")
                        .replaceFirst(
                                "\"padding\":\\s*null",
                                "\"padding\":{\"strategy\":{\"Fixed\":64},\"direction\":\"Right\","
                                        + "\"pad_to_multiple_of\":null,\"pad_id\":0,\"pad_type_id\":0,"
                                        + "\"pad_token\":\"<unk>\"}"));
        String text = "Once upon a time there was a dog. ".repeat(2_000);
        try (Tokenizer plain = Tokenizer.open(tinyStories());
                Tokenizer cutting = Tokenizer.open(copy)) {
            long[] ids = cutting.encode(text);
            assertThat(ids.length).isEqualTo(2 + 2_000 * 7);
            assertThat(Arrays.equals(ids, plain.encode(text))).isTrue();
            assertThat(cutting.encode("Hi")).isEqualTo(plain.encode("Hi"));
        }
    }

    @Test
    void theStartTokenFallsBackToTheEndToken() throws IOException {
        Path copy = copyOf(tinyStories());
        Files.writeString(
                copy.resolve("tokenizer_config.json"),
                "{\"tokenizer_class\": \"LlamaTokenizer\", \"add_bos_token\": false,"
                        + " \"eos_token\": \"<|end_story|>\"}");
        try (Tokenizer tokenizer = Tokenizer.open(copy)) {
            assertThat(tokenizer.addsBos()).isFalse();
            assertThat(tokenizer.encode("Once", SpecialTokens.ALWAYS)).startsWith(2);
        }
    }

    @Test
    void rendersASystemPromptInTheModelsChatFormat() throws IOException {
        try (Tokenizer phi = TokenizerFixtures.open("phi3", folder);
                Tokenizer llama = TokenizerFixtures.open("llama2", folder)) {
            assertThat(phi.encodeSystemPrompt("Be kind.")).startsWith(32006).contains(32007);
            assertThat(llama.encodeSystemPrompt("Be kind.")).isEqualTo(llama.encode("Be kind."));
        }
    }

    /** transformers 5 writes the chat format to a file of its own, which counts before the settings' field. */
    @Test
    void aChatFormatOfItsOwnFileIsRead() throws IOException {
        Path copy = copyOf(tinyStories());
        try (Tokenizer plain = Tokenizer.open(copy)) {
            Files.writeString(copy.resolve("chat_template.jinja"), "<|im_start|>");
            try (Tokenizer chat = Tokenizer.open(copy)) {
                assertThat(chat.encodeSystemPrompt("Be kind."))
                        .isEqualTo(plain.encode("<|im_start|>system\nBe kind.<|im_end|>\n"));
            }
        }
    }

    @Test
    void aMissingOrBrokenTokenizerIsNamed() throws IOException {
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(folder.resolve("tokenizer.json").toString());

        Files.writeString(folder.resolve(Tokenizer.FILE), "{\"version\": \"1.0\"}");
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("tokenizer.json");
    }

    @Test
    void remoteCodeIsRefused() throws IOException {
        Path copy = copyOf(tinyStories());
        Files.writeString(
                copy.resolve("tokenizer_config.json"), "{\"auto_map\": {\"AutoTokenizer\": [\"x.Y\", null]}}");

        assertThatThrownBy(() -> Tokenizer.open(copy))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("auto_map");
    }

    private static Path tinyStories() {
        return ReferenceData.path("data/models/TinyStories-656K");
    }

    private Path copyOf(Path source) throws IOException {
        for (String name : List.of(Tokenizer.FILE, "tokenizer_config.json")) {
            Files.write(folder.resolve(name), Files.readAllBytes(source.resolve(name)));
        }
        return folder;
    }

    private static long[] ids(String line) {
        return Arrays.stream(line.trim().split("\\s+"))
                .filter(s -> !s.isEmpty())
                .mapToLong(Long::parseLong)
                .toArray();
    }
}
