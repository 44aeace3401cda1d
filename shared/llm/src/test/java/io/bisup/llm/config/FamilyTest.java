package io.bisup.llm.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.llm.config.ModelConfigException.Code;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What each family reads from config.json: forms of 2023 to 2025 and of transformers 5, defaults, and refusals. */
class FamilyTest {
    private static final int FULL = AttentionWindows.UNLIMITED;

    private static final String FACTORS = "\"short_factor\": [1, 1.5, 2, 3], \"long_factor\": [4, 5, 6.5, 8]";

    private static DecoderConfig parse(Architecture family, Map<String, String> changes) {
        Map<String, String> fields = new TreeMap<>(Map.of(
                "hidden_size", "32",
                "intermediate_size", "48",
                "max_position_embeddings", "131072",
                "num_attention_heads", "4",
                "num_hidden_layers", "3",
                "num_key_value_heads", "2",
                "rms_norm_eps", "1e-05",
                "vocab_size", "61"));
        fields.put("architectures", "[\"" + family.className() + "\"]");
        fields.put("model_type", "\"" + family.modelType() + "\"");
        if (family == Architecture.QWEN3) {
            fields.put("head_dim", "8");
        }
        fields.putAll(changes);
        StringBuilder text = new StringBuilder("{");
        fields.forEach((name, value) ->
                text.append('"').append(name).append("\": ").append(value).append(", "));
        return DecoderConfig.parse(
                text.append("\"use_cache\": true}").toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Integer> windows(DecoderConfig config) {
        return List.of(
                config.windows().of(0), config.windows().of(1), config.windows().of(2));
    }

    /** Mistral 7B v0.1 has a window, v0.2 and v0.3 say null, and an absent field is 4096 in transformers. */
    @Test
    void mistralHasOneWindowInEveryBlockOrNone() {
        assertThat(windows(parse(Architecture.MISTRAL, Map.of("sliding_window", "16"))))
                .containsOnly(16);
        assertThat(windows(parse(Architecture.MISTRAL, Map.of("sliding_window", "null"))))
                .containsOnly(FULL);
        assertThat(windows(parse(Architecture.MISTRAL, Map.of()))).containsOnly(4096);
    }

    @Test
    void ministralHasAWindowWhereLayerTypesSaySo() {
        String types = "[\"sliding_attention\", \"full_attention\", \"sliding_attention\"]";
        Map<String, String> mixed = Map.of("sliding_window", "16", "layer_types", types);
        assertThat(windows(parse(Architecture.MINISTRAL, mixed))).containsExactly(16, FULL, 16);
        assertThat(windows(parse(Architecture.MINISTRAL, Map.of("sliding_window", "16"))))
                .containsOnly(16);
    }

    @Test
    void qwenHasAWindowInItsLaterBlocksOnRequest() {
        for (Architecture qwen : List.of(Architecture.QWEN2, Architecture.QWEN3)) {
            Map<String, String> on =
                    Map.of("use_sliding_window", "true", "sliding_window", "16", "max_window_layers", "2");
            assertThat(windows(parse(qwen, on))).containsExactly(FULL, FULL, 16);
            Map<String, String> off =
                    Map.of("use_sliding_window", "false", "sliding_window", "16", "max_window_layers", "2");
            assertThat(windows(parse(qwen, off))).containsOnly(FULL);
            Map<String, String> nothing = Map.of("use_sliding_window", "true", "sliding_window", "null");
            assertThat(windows(parse(qwen, nothing))).containsOnly(FULL);
        }
    }

    @Test
    void biasesAreThoseOfTheFamily() {
        DecoderConfig llama = parse(Architecture.LLAMA, Map.of("attention_bias", "true", "mlp_bias", "true"));
        assertThat(ModelTensors.expected(llama))
                .containsEntry("model.layers.1.self_attn.o_proj.bias", List.of(32L))
                .containsEntry("model.layers.1.mlp.up_proj.bias", List.of(48L))
                .containsEntry("model.layers.1.mlp.down_proj.bias", List.of(32L));
        DecoderConfig qwen2 = parse(Architecture.QWEN2, Map.of());
        assertThat(qwen2.attentionBias()).isTrue();
        assertThat(qwen2.outputBias()).isFalse();
        DecoderConfig qwen3 = parse(Architecture.QWEN3, Map.of("attention_bias", "true"));
        assertThat(qwen3.attentionBias()).isTrue();
        assertThat(qwen3.outputBias()).isTrue();
    }

    /** "su" in the first Phi-3 files, "longrope" in Phi-3.5's, rope_parameters in transformers 5. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "rope_scaling | \"type\": \"su\"",
                "rope_scaling | \"type\": \"longrope\"",
                "rope_parameters | \"rope_type\": \"longrope\", \"rope_theta\": 10000.0, \"partial_rotary_factor\": 1.0"
            })
    void longRopeIsReadInEveryForm(String field, String type) {
        DecoderConfig config = parse(
                Architecture.PHI3,
                Map.of(field, "{" + type + ", " + FACTORS + "}", "original_max_position_embeddings", "4096"));
        // sqrt(1 + ln(131072 / 4096) / ln 4096), the 1.19 of Phi-3-mini-128k.
        double attention = Math.sqrt(1 + Math.log(32) / Math.log(4096));
        assertThat(config.ropeScaling())
                .isEqualTo(new RopeScaling.LongRope(
                        List.of(1.0, 1.5, 2.0, 3.0), List.of(4.0, 5.0, 6.5, 8.0), 4096, attention));
        assertThat(attention).isBetween(1.190, 1.191);
    }

    @Test
    void longRopeTakesItsFactorsFromTheFileBeforeItComputesThem() {
        String scaling = "{\"type\": \"longrope\", \"attention_factor\": 1.25, " + FACTORS + "}";
        RopeScaling.LongRope rope = (RopeScaling.LongRope)
                parse(Architecture.PHI3, Map.of("rope_scaling", scaling)).ropeScaling();
        assertThat(rope.attentionFactor()).isEqualTo(1.25);
        // Phi-3's own default.
        assertThat(rope.originalMaxPositions()).isEqualTo(4096);
    }

    @Test
    void phi3StoresSeveralParametersInOneTensor() {
        DecoderConfig config = parse(Architecture.PHI3, Map.of());
        TensorMap map = TensorMap.of(config);
        String fused = "model.layers.2.self_attn.qkv_proj.weight";
        assertThat(map.part("model.layers.2.self_attn.q_proj.weight"))
                .isEqualTo(new StoredPart(fused, List.of(64L, 32L), 0, 32));
        assertThat(map.part("model.layers.2.self_attn.v_proj.weight"))
                .isEqualTo(new StoredPart(fused, List.of(64L, 32L), 48, 16));
        assertThat(map.part("model.layers.2.mlp.up_proj.weight"))
                .isEqualTo(new StoredPart("model.layers.2.mlp.gate_up_proj.weight", List.of(96L, 32L), 48, 48));
        assertThat(map.stored())
                .containsEntry(fused, List.of(64L, 32L))
                .containsEntry("model.layers.0.mlp.down_proj.weight", List.of(32L, 48L))
                .doesNotContainKey("model.layers.0.self_attn.q_proj.weight");
    }

    @Test
    void theOtherFamiliesStoreEachParameterUnderItsName() {
        for (Architecture family : Architecture.values()) {
            if (family != Architecture.PHI3) {
                DecoderConfig config = parse(family, Map.of());
                assertThat(TensorMap.of(config).stored()).isEqualTo(ModelTensors.expected(config));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "MISTRAL   | attention_bias        | true                           | UNSUPPORTED_FEATURE",
                "MISTRAL   | mlp_bias              | true                           | UNSUPPORTED_FEATURE",
                "QWEN2     | attention_bias        | true                           | UNSUPPORTED_FEATURE",
                "PHI3      | attention_bias        | true                           | UNSUPPORTED_FEATURE",
                "MISTRAL   | sliding_window        | 0                              | INVALID_FIELD",
                "MISTRAL   | sliding_window        | -4                             | INVALID_FIELD",
                "MISTRAL   | sliding_window        | 4096.5                         | INVALID_FIELD",
                "PHI3      | sliding_window        | 1e9                            | INVALID_FIELD",
                "MISTRAL   | num_hidden_layers     | 2147483647                     | INVALID_FIELD",
                "PHI3      | num_hidden_layers     | -1                             | INVALID_FIELD",
                "MISTRAL   | num_key_value_heads   | null                           | MISSING_FIELD",
                "MISTRAL   | layer_types           | [\"sliding_attention\"]        | INVALID_FIELD",
                "MISTRAL   | layer_types           | [\"sliding_attention\", \"full_attention\", \"sliding_attention\"] | UNSUPPORTED_FEATURE",
                "QWEN2     | layer_types           | [\"full_attention\", \"full_attention\", \"sliding_attention\"] | UNSUPPORTED_FEATURE",
                "MINISTRAL | layer_types           | [\"full_attention\", \"full_attention\", \"chunked_attention\"] | UNSUPPORTED_FEATURE",
                "MINISTRAL | layer_types           | [1, 2, 3]                      | UNSUPPORTED_FEATURE",
                "PHI3      | partial_rotary_factor | 0.75                           | UNSUPPORTED_FEATURE",
                "LLAMA     | use_sliding_window    | true                           | UNSUPPORTED_FEATURE",
            })
    void whatIsNotImplementedIsRefusedNamingTheField(Architecture family, String field, String value, Code code) {
        ModelConfigException refusal =
                catchThrowableOfType(ModelConfigException.class, () -> parse(family, Map.of(field, value)));
        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(code);
        assertThat(refusal.field()).isEqualTo(field);
        assertThat(refusal.getMessage()).hasSizeLessThan(400);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '\0',
            value = {
                "\"type\": \"yarn\", \"factor\": 4.0                                             | rope_scaling.rope_type",
                "\"type\": \"dynamic\", \"factor\": 4.0                                          | rope_scaling.rope_type",
                "\"type\": \"longrope\", \"short_factor\": [1, 1, 1, 1]                          | rope_scaling.long_factor",
                "\"type\": \"longrope\", \"short_factor\": [1, 1], \"long_factor\": [1, 1]       | rope_scaling.short_factor",
                "\"type\": \"longrope\", \"short_factor\": [1, 1, 1, 1], \"long_factor\": [2]    | rope_scaling.long_factor",
                "\"type\": \"longrope\", \"short_factor\": [1, 1, 1, 0], \"long_factor\": [1, 1, 1, 1] | rope_scaling.short_factor",
                "\"type\": \"longrope\", \"short_factor\": [1, 1, 1, \"1\"], \"long_factor\": [1, 1, 1, 1] | rope_scaling.short_factor",
                "\"type\": \"longrope\", \"short_factor\": {}, \"long_factor\": [1, 1, 1, 1]     | rope_scaling.short_factor",
                "\"type\": \"su\", \"partial_rotary_factor\": 0.75, \"short_factor\": [1, 1, 1], \"long_factor\": [1, 1, 1] | rope_scaling.partial_rotary_factor",
            })
    void rotaryScalingThatIsWrongOrNotImplementedIsRefused(String scaling, String field) {
        ModelConfigException refusal = catchThrowableOfType(
                ModelConfigException.class,
                () -> parse(Architecture.PHI3, Map.of("rope_scaling", "{" + scaling + "}")));
        assertThat(refusal).isNotNull();
        assertThat(refusal.field()).isEqualTo(field);
    }

    /** Only Phi-3's files call LongRoPE by its working title. */
    @Test
    void suIsUnknownElsewhere() {
        ModelConfigException refusal = catchThrowableOfType(
                ModelConfigException.class,
                () -> parse(Architecture.LLAMA, Map.of("rope_scaling", "{\"type\": \"su\", " + FACTORS + "}")));
        assertThat(refusal.code()).isEqualTo(Code.UNSUPPORTED_FEATURE);
    }
}
