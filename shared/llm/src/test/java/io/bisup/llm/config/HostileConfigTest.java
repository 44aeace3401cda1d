package io.bisup.llm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.llm.config.ModelConfigException.Code;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Security row S-03: every hostile config.json is refused with its own reason and the field's name. */
class HostileConfigTest {

    record Hostile(String what, String json, Code code, String field) {
        @Override
        public String toString() {
            return what;
        }
    }

    static Stream<Hostile> hostile() {
        List<Hostile> all = new ArrayList<>();
        for (String field : List.of(
                "hidden_size",
                "num_hidden_layers",
                "num_attention_heads",
                "num_key_value_heads",
                "intermediate_size",
                "vocab_size",
                "max_position_embeddings")) {
            for (String value : List.of("-1", "0", "1e999", "2147483648", "1.5", "\"64\"", "[]", "true")) {
                all.add(changed(field, value, Code.INVALID_FIELD));
            }
        }
        for (String field : List.of("rms_norm_eps", "rope_theta")) {
            for (String value : List.of("-1", "0", "1e999", "-1e999", "\"1e-5\"", "{}")) {
                all.add(changed(field, value, Code.INVALID_FIELD));
            }
        }
        for (String field : List.of("hidden_size", "architectures", "rms_norm_eps", "vocab_size")) {
            all.add(changed(field, "null", Code.MISSING_FIELD));
        }
        return Stream.concat(all.stream(), Stream.concat(unsupported(), malformed()));
    }

    private static Stream<Hostile> unsupported() {
        String scaled = "{\"rope_type\": \"llama3\", \"factor\": 8, \"low_freq_factor\": 4,"
                + " \"high_freq_factor\": 1, \"original_max_position_embeddings\": 64}";
        return Stream.of(
                changed("architectures", "[\"MixtralForCausalLM\"]", Code.UNSUPPORTED_ARCHITECTURE),
                changed("architectures", "[]", Code.INVALID_FIELD),
                changed("architectures", "[\"LlamaForCausalLM\", \"X\"]", Code.INVALID_FIELD),
                changed("architectures", "\"LlamaForCausalLM\"", Code.INVALID_FIELD),
                changed("model_type", "\"qwen2\"", Code.INVALID_FIELD),
                changed("auto_map", "{\"AutoModel\": \"evil.Model\"}", Code.REMOTE_CODE),
                changed("auto_map", "null", Code.REMOTE_CODE),
                changed("custom_pipelines", "{}", Code.REMOTE_CODE),
                changed("use_sliding_window", "true", Code.UNSUPPORTED_FEATURE),
                changed("attention_bias", "1", Code.INVALID_FIELD),
                changed("mlp_bias", "\"yes\"", Code.INVALID_FIELD),
                changed("hidden_act", "\"gelu\"", Code.UNSUPPORTED_FEATURE),
                changed("quantization_config", "{\"bits\": 4}", Code.UNSUPPORTED_FEATURE),
                changed("partial_rotary_factor", "0.5", Code.UNSUPPORTED_FEATURE),
                changed("layer_types", "[\"full_attention\", \"sliding_attention\"]", Code.UNSUPPORTED_FEATURE),
                changed("layer_types", "[\"full_attention\"]", Code.INVALID_FIELD),
                changed("num_key_value_heads", "3", Code.INVALID_FIELD),
                changed("head_dim", "33", Code.INVALID_FIELD),
                changed("head_dim", "-32", Code.INVALID_FIELD),
                changed("bos_token_id", "-1", Code.INVALID_FIELD),
                changed("bos_token_id", "300", Code.INVALID_FIELD),
                changed("eos_token_id", "[]", Code.INVALID_FIELD),
                changed("eos_token_id", "[[2]]", Code.INVALID_FIELD),
                changed("rope_scaling", "[8]", Code.INVALID_FIELD),
                nested("rope_scaling", "{}", Code.MISSING_FIELD, "rope_scaling.rope_type"),
                nested("rope_scaling", "{\"type\": \"yarn\"}", Code.UNSUPPORTED_FEATURE, "rope_scaling.rope_type"),
                nested("rope_scaling", "{\"type\": \"linear\"}", Code.MISSING_FIELD, "rope_scaling.factor"),
                nested(
                        "rope_scaling",
                        "{\"type\": \"linear\", \"factor\": 1e999}",
                        Code.INVALID_FIELD,
                        "rope_scaling.factor"),
                nested("rope_scaling", scaled, Code.INVALID_FIELD, "rope_scaling.high_freq_factor"),
                nested(
                        "rope_parameters",
                        "{\"rope_type\": \"dynamic\", \"rope_theta\": 10000}",
                        Code.UNSUPPORTED_FEATURE,
                        "rope_parameters.rope_type"),
                nested(
                        "rope_parameters",
                        "{\"rope_type\": \"default\", \"rope_theta\": -1}",
                        Code.INVALID_FIELD,
                        "rope_theta"));
    }

    private static Stream<Hostile> malformed() {
        String good = json(Map.of());
        return Stream.of(
                new Hostile("empty file", "", Code.MALFORMED_JSON, "config.json"),
                new Hostile("a list", "[]", Code.MALFORMED_JSON, "config.json"),
                new Hostile("cut short", good.substring(0, 40), Code.MALFORMED_JSON, "config.json"),
                new Hostile("two documents", good + good, Code.MALFORMED_JSON, "config.json"),
                new Hostile(
                        "repeated key",
                        good.replaceFirst("\\{", "{\"hidden_size\": 8,"),
                        Code.MALFORMED_JSON,
                        "config.json"),
                new Hostile(
                        "10,000 levels",
                        "{\"a\":" + "[".repeat(10_000) + "]".repeat(10_000) + "}",
                        Code.MALFORMED_JSON,
                        "config.json"),
                new Hostile("NaN", good.replace("10000.0", "NaN"), Code.MALFORMED_JSON, "config.json"),
                new Hostile("a pickle", "\u0080\u0002}q\u0000.", Code.MALFORMED_JSON, "config.json"),
                new Hostile(
                        "a number of 5,000 digits",
                        good.replace("10000.0", "1".repeat(5_000)),
                        Code.MALFORMED_JSON,
                        "config.json"),
                new Hostile(
                        "a string of 100 kB",
                        good.replace("\"llama\"", "\"" + "x".repeat(100_000) + "\""),
                        Code.MALFORMED_JSON,
                        "config.json"),
                new Hostile("10 MB", " ".repeat(10 << 20) + good, Code.UNREADABLE_FILE, "config.json"));
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void isRefusedNamingTheField(Hostile hostile) {
        ModelConfigException refusal = catchThrowableOfType(
                ModelConfigException.class, () -> DecoderConfig.parse(hostile.json.getBytes(StandardCharsets.UTF_8)));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(hostile.code);
        assertThat(refusal.field()).isEqualTo(hostile.field);
        assertThat(refusal.getMessage()).contains(hostile.field).hasSizeLessThan(400);
    }

    @Test
    void theUnchangedFileIsAccepted() {
        assertThat(DecoderConfig.parse(json(Map.of()).getBytes(StandardCharsets.UTF_8))
                        .headDim())
                .isEqualTo(32);
    }

    @Test
    void aMissingFileIsNamed(@TempDir Path folder) {
        ModelConfigException refusal =
                catchThrowableOfType(ModelConfigException.class, () -> DecoderConfig.read(folder));

        assertThat(refusal.code()).isEqualTo(Code.UNREADABLE_FILE);
        assertThat(refusal.getMessage()).contains(folder.toString());
    }

    private static Hostile changed(String field, String value, Code code) {
        return nested(field, value, code, field);
    }

    private static Hostile nested(String field, String value, Code code, String named) {
        return new Hostile(field + " = " + value, json(Map.of(field, value)), code, named);
    }

    private static String json(Map<String, String> changes) {
        Map<String, String> fields = new TreeMap<>(Map.of(
                "architectures", "[\"LlamaForCausalLM\"]",
                "model_type", "\"llama\"",
                "hidden_size", "128",
                "intermediate_size", "256",
                "max_position_embeddings", "256",
                "num_attention_heads", "4",
                "num_hidden_layers", "2",
                "num_key_value_heads", "2",
                "rms_norm_eps", "1e-06"));
        fields.putAll(Map.of("rope_theta", "10000.0", "vocab_size", "300"));
        fields.putAll(changes);
        StringBuilder text = new StringBuilder("{");
        fields.forEach((name, value) ->
                text.append('"').append(name).append("\": ").append(value).append(", "));
        return text.append("\"use_cache\": true}").toString();
    }
}
