package io.bisup.llm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.llm.testing.ReferenceData;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class DecoderConfigTest {

    private static final String LLAMA_31 = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "attention_bias": false,
             "bos_token_id": 128000, "eos_token_id": [128001, 128008, 128009], "hidden_act": "silu",
             "hidden_size": 4096, "intermediate_size": 14336, "max_position_embeddings": 131072, "mlp_bias": false,
             "num_attention_heads": 32, "num_hidden_layers": 32, "num_key_value_heads": 8, "pretraining_tp": 1,
             "rms_norm_eps": 1e-05, "rope_theta": 500000.0, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
             "rope_scaling": {"factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0,
                              "original_max_position_embeddings": 8192, "rope_type": "llama3"},
             "transformers_version": "4.43.0", "use_cache": true, "vocab_size": 128256}
            """;

    @Test
    void readsTheOlderForm() {
        DecoderConfig config = parse(LLAMA_31);

        assertThat(config)
                .isEqualTo(new DecoderConfig(
                        Architecture.LLAMA,
                        4096,
                        32,
                        32,
                        8,
                        128,
                        14336,
                        128256,
                        1e-5,
                        500_000,
                        new RopeScaling.Llama3(8, 1, 4, 8192),
                        false,
                        false,
                        false,
                        131072,
                        128000,
                        128001));
    }

    @Test
    void readsTheFormOfTransformers5() {
        DecoderConfig config = DecoderConfig.read(model("tiny-random/llama3-ropescaled-tied"));

        assertThat(config.ropeTheta()).isEqualTo(500_000);
        assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Llama3(8, 1, 4, 64));
        assertThat(config.tiedEmbeddings()).isTrue();
        assertThat(ModelTensors.expected(config)).doesNotContainKey("lm_head.weight");
    }

    @Test
    void readsQwen2WithBiases() {
        DecoderConfig config = DecoderConfig.read(model("tiny-random/qwen2-bias"));

        assertThat(config.architecture()).isEqualTo(Architecture.QWEN2);
        assertThat(config.attentionBias()).isTrue();
        assertThat(config.bosTokenId()).isNull();
        assertThat(config.headDim()).isEqualTo(32);
        assertThat(ModelTensors.expected(config))
                .containsEntry("model.layers.2.self_attn.k_proj.bias", List.of(64L))
                .doesNotContainKey("model.layers.0.self_attn.o_proj.bias");
    }

    @Test
    void takesTheHeadSizeFromTheFileAndNotFromTheWidth() {
        DecoderConfig config = DecoderConfig.read(model("tiny-random/qwen3-qknorm"));

        assertThat(config.headDim()).isEqualTo(64);
        assertThat(config.queryWidth()).isEqualTo(256);
        assertThat(config.queryKeyNorm()).isTrue();
        assertThat(BlockTensor.OUTPUT.shape(config)).containsExactly(128L, 256L);
        assertThat(BlockTensor.QUERY_NORM.shape(config)).containsExactly(64L);
    }

    @Test
    void readsAConfigurationWithoutGroupedQueriesOrTheta() {
        DecoderConfig config = parse(LLAMA_31.replace("\"num_key_value_heads\": 8,", "")
                .replace("\"rope_theta\": 500000.0,", "")
                .replaceAll("(?s)\"rope_scaling\": \\{.*?\\}", "\"rope_scaling\": null"));

        assertThat(config.keyValueHeads()).isEqualTo(32);
        assertThat(config.ropeTheta()).isEqualTo(10_000);
        assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Default());
    }

    @Test
    void readsLinearScalingUnderItsOlderName() {
        DecoderConfig config = parse(LLAMA_31.replaceAll(
                "(?s)\"rope_scaling\": \\{.*?\\}", "\"rope_scaling\": {\"type\": \"linear\", \"factor\": 4.0}"));

        assertThat(config.ropeScaling()).isEqualTo(new RopeScaling.Linear(4));
    }

    private static Path model(String name) {
        return ReferenceData.path("data/models/" + name);
    }

    private static DecoderConfig parse(String json) {
        return DecoderConfig.parse(json.getBytes(StandardCharsets.UTF_8));
    }
}
