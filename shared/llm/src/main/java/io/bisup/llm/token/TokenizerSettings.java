package io.bisup.llm.token;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What {@code tokenizer_config.json} says, and {@code chat_template.jinja} beside it; everything is absent where the files are.
 *
 * @param tokenizerClass name of the transformers class
 * @param addBos whether a begin-of-sequence token is put first; null if unsaid
 * @param addEos whether an end-of-sequence token is put last
 * @param bosToken text of the begin-of-sequence token
 * @param eosToken text of the end-of-sequence token
 * @param chatTemplate Jinja source of the chat format: the file's own text where there is one, as transformers takes it
 */
record TokenizerSettings(
        @Nullable String tokenizerClass,
        @Nullable Boolean addBos,
        boolean addEos,
        @Nullable String bosToken,
        @Nullable String eosToken,
        @Nullable String chatTemplate) {

    static final String FILE = "tokenizer_config.json";
    private static final String TEMPLATE_FILE = "chat_template.jinja";

    private static final int MAX_BYTES = 8 << 20;
    private static final TokenizerSettings NONE = new TokenizerSettings(null, null, false, null, null, null);
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    static TokenizerSettings read(Path directory) {
        TokenizerSettings settings =
                Files.exists(directory.resolve(FILE)) ? of(object(contents(directory, FILE))) : NONE;
        return Files.exists(directory.resolve(TEMPLATE_FILE))
                ? settings.withTemplate(new String(contents(directory, TEMPLATE_FILE), StandardCharsets.UTF_8))
                : settings;
    }

    private static byte[] contents(Path directory, String name) {
        Path file = directory.resolve(name);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new TokenizerException(name, "it is over " + MAX_BYTES + " bytes", "is it the right file?");
            }
            return Files.readAllBytes(file);
        } catch (IOException broken) {
            throw unreadable(name, broken);
        }
    }

    private static JsonNode object(byte[] contents) {
        try {
            JsonNode root = JSON.readTree(contents);
            if (!root.isObject()) {
                throw new TokenizerException(FILE, "it is not a JSON object", "restore the original file");
            }
            return root;
        } catch (IOException broken) {
            throw unreadable(FILE, broken);
        }
    }

    private static TokenizerException unreadable(String name, IOException cause) {
        return new TokenizerException(name, "it cannot be read: " + cause.getMessage(), "restore the original file");
    }

    private TokenizerSettings withTemplate(String template) {
        return new TokenizerSettings(tokenizerClass, addBos, addEos, bosToken, eosToken, template);
    }

    private static TokenizerSettings of(JsonNode root) {
        if (root.has("auto_map")) {
            throw new TokenizerException(
                    FILE,
                    "auto_map asks for Python code of the checkpoint to be run",
                    "no code of a checkpoint is ever run; give a tokenizer.json that needs none");
        }
        JsonNode addBos = root.path("add_bos_token");
        return new TokenizerSettings(
                root.path("tokenizer_class").textValue(),
                addBos.isBoolean() ? addBos.booleanValue() : null,
                root.path("add_eos_token").asBoolean(false),
                tokenText(root.path("bos_token")),
                tokenText(root.path("eos_token")),
                root.path("chat_template").textValue());
    }

    /** A token is its text, or an object with its text and its matching rules. */
    private static @Nullable String tokenText(JsonNode token) {
        return token.isObject() ? token.path("content").textValue() : token.textValue();
    }

    /**
     * Whether the class puts BOS and EOS by these settings. Llama's and Gemma's do, whatever tokenizer.json's template
     * says; other classes follow the template.
     */
    boolean overridesTemplate() {
        return tokenizerClass != null
                && (tokenizerClass.startsWith("Llama")
                        || tokenizerClass.startsWith("CodeLlama")
                        || tokenizerClass.startsWith("Gemma"));
    }

    /**
     * Whether characters that the vocabulary cannot spell vanish instead of becoming the unknown token: transformers 5
     * builds its Llama class without one. Real Llama vocabularies spell every byte and never notice.
     */
    boolean dropsUnknown() {
        return "LlamaTokenizer".equals(tokenizerClass) || "LlamaTokenizerFast".equals(tokenizerClass);
    }
}
