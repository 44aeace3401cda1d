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
    private boolean packed;

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

    /** Stores the linear layers of blocks as GPTQ does: 4 bits, groups of 128. */
    public TinyModel gptq() {
        packed = true;
        return with("quantization_config", Map.of("quant_method", "gptq", "bits", 4, "group_size", 128));
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
        plain.remove("quantization_config");
        plain.put("architectures", List.of("LlamaForCausalLM"));
        Map<String, Object> header = new LinkedHashMap<>();
        long at = 0;
        for (var tensor : ModelTensors.expected(
                        DecoderConfig.parse(Json.write(plain).getBytes(StandardCharsets.UTF_8)))
                .entrySet()) {
            if (packed && tensor.getKey().endsWith("_proj.weight")) {
                at = packed(tensor.getKey().replace(".weight", ""), tensor.getValue(), header, at);
            } else {
                at = add(tensor.getKey(), "BF16", tensor.getValue(), header, at);
            }
        }
        byte[] json = Json.write(header).getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(Math.toIntExact(Long.BYTES + json.length + at))
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(json.length)
                .put(json)
                .array();
    }

    private long packed(String module, List<Long> shape, Map<String, Object> header, long at) {
        long rows = shape.get(0);
        long columns = shape.get(1);
        long codes = add(module + ".qweight", "I32", List.of(columns / 8, rows), header, at);
        long zeros = add(module + ".qzeros", "I32", List.of(columns / 128, rows / 8), header, codes);
        return add(module + ".scales", "F16", List.of(columns / 128, rows), header, zeros);
    }

    private long add(String name, String type, List<Long> shape, Map<String, Object> header, long at) {
        if (name.equals(leaveOut)) {
            return at;
        }
        long end = at + (type.equals("I32") ? 4 : 2) * shape.stream().reduce(1L, Math::multiplyExact);
        header.put(name, Map.of("dtype", type, "shape", shape, "data_offsets", List.of(at, end)));
        return end;
    }
}
