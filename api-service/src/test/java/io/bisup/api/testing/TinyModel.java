package io.bisup.api.testing;

import io.bisup.contract.Json;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Writes a small Llama checkpoint folder: right headers, zero weights. */
public final class TinyModel {

    public static final int LAYERS = 4;
    public static final int CONTEXT = 256;
    public static final String TOKENIZER =
            "{\"version\":\"1.0\",\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":0,\"b\":63},\"unk_token\":\"a\"}}";

    private final Map<String, Object> config = new HashMap<>(Map.of(
            "architectures",
            List.of("LlamaForCausalLM"),
            "model_type",
            "llama",
            "hidden_size",
            128,
            "intermediate_size",
            256,
            "num_hidden_layers",
            LAYERS,
            "num_attention_heads",
            4,
            "num_key_value_heads",
            2,
            "vocab_size",
            64,
            "rms_norm_eps",
            1e-5,
            "max_position_embeddings",
            CONTEXT));
    private String leaveOut = "";
    private boolean tokenizer = true;

    /** Sets a field of config.json. */
    public TinyModel with(String field, Object value) {
        config.put(field, value);
        return this;
    }

    /** Leaves a tensor out of the weights. */
    public TinyModel without(String tensor) {
        leaveOut = tensor;
        return this;
    }

    public TinyModel withoutTokenizer() {
        tokenizer = false;
        return this;
    }

    /** Writes the folder and returns its {@code file:} URI. */
    public String write(Path folder) throws IOException {
        byte[] json = Json.write(config).getBytes(StandardCharsets.UTF_8);
        Files.createDirectories(folder);
        Files.write(folder.resolve("config.json"), json);
        if (tokenizer) {
            Files.writeString(folder.resolve("tokenizer.json"), TOKENIZER);
        }
        Files.write(folder.resolve("model.safetensors"), weights());
        return folder.toAbsolutePath().toUri().toString();
    }

    private byte[] weights() {
        Map<String, Object> plain = new HashMap<>(config);
        plain.remove("auto_map");
        plain.put("architectures", List.of("LlamaForCausalLM"));
        Map<String, Object> header = new LinkedHashMap<>();
        long at = 0;
        for (var tensor : ModelTensors.expected(
                        DecoderConfig.parse(Json.write(plain).getBytes(StandardCharsets.UTF_8)))
                .entrySet()) {
            if (!tensor.getKey().equals(leaveOut)) {
                long end = at + 2 * tensor.getValue().stream().reduce(1L, Math::multiplyExact);
                header.put(
                        tensor.getKey(),
                        Map.of("dtype", "BF16", "shape", tensor.getValue(), "data_offsets", List.of(at, end)));
                at = end;
            }
        }
        byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Math.toIntExact(Long.BYTES + json.length + at))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }
}
