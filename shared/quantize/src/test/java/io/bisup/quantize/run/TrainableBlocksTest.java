package io.bisup.quantize.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.quantize.TinyModels;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A model whose blocks the training step would compute otherwise is refused before any work, with a remedy. */
class TrainableBlocksTest {
    private static final Recipe RECIPE = TinyModels.recipe(null, null, null);

    private static DecoderConfig config(String family, String fields) {
        return DecoderConfig.parse("""
                {"architectures": ["%sForCausalLM"], "hidden_size": 64, "intermediate_size": 128, "vocab_size": 97,
                 "num_attention_heads": 4, "num_key_value_heads": 2, "num_hidden_layers": 1, "rms_norm_eps": 1e-6,
                 "max_position_embeddings": 256, %s}
                """.formatted(family, fields).getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void samplesMustFitTheSlidingWindowWithThePrefix() {
        DecoderConfig windowed = config("Mistral", "\"sliding_window\": 36");
        assertThat(TinyModels.input(windowed, RECIPE, 4).time()).isEqualTo(32);
        assertThatThrownBy(() -> TinyModels.input(windowed, RECIPE, 5))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("sequenceLength")
                .hasMessageContaining("37 positions")
                .hasMessageContaining("window of 36");
    }

    @Test
    void biasesThatAreNotCarriedAreRefused() {
        for (String bias : new String[] {"attention_bias", "mlp_bias"}) {
            DecoderConfig biased = config("Llama", "\"" + bias + "\": true");
            assertThatThrownBy(() -> TinyModels.input(biased, RECIPE, 0))
                    .isInstanceOf(InvalidSpecException.class)
                    .hasMessageContaining("biases");
        }
    }
}
