package io.bisup.llm.token;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;

/** Loads a tokenizer.json into Hugging Face's library. */
final class TokenizerLibrary {

    /** The library's defaults cut a text at 512 tokens and pad, without a word. */
    private static final Map<String, String> WHOLE_TEXTS = Map.of("truncation", "false", "padding", "false");

    private static final JsonMapper JSON = new JsonMapper();

    private TokenizerLibrary() {}

    static HuggingFaceTokenizer load(Path file, TokenizerSettings settings) throws IOException {
        return settings.dropsUnknown()
                ? HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(withoutUnknown(file)), WHOLE_TEXTS)
                : HuggingFaceTokenizer.builder(WHOLE_TEXTS)
                        .optTokenizerPath(file)
                        .build();
    }

    /** The file as transformers builds the class anew from it: without a token for what the vocabulary lacks. */
    private static byte[] withoutUnknown(Path file) throws IOException {
        JsonNode root = JSON.readTree(file.toFile());
        if (root.get("model") instanceof ObjectNode model) {
            model.putNull("unk_token");
        }
        return JSON.writeValueAsBytes(root);
    }
}
