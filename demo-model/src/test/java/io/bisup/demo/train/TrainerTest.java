package io.bisup.demo.train;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TrainerTest {
    private static final DecoderConfig TINY = DecoderConfig.parse("""
            {"model_type": "llama", "architectures": ["LlamaForCausalLM"], "hidden_size": 32, "num_hidden_layers": 2,
             "num_attention_heads": 4, "num_key_value_heads": 2, "intermediate_size": 64, "vocab_size": 128,
             "rms_norm_eps": 1e-5, "max_position_embeddings": 64, "tie_word_embeddings": true, "hidden_act": "silu"}
            """.getBytes(StandardCharsets.UTF_8));
    private static final TrainingSettings SETTINGS = new TrainingSettings(5, 40, 2, 48, 0.01, 5, 0.1, 1.0);

    private static TensorRuntime runtime;

    @BeforeAll
    static void open() {
        runtime = TensorRuntime.open(ComputeDevice.parse(System.getProperty("bisup.device", "cpu")));
    }

    @AfterAll
    static void close() {
        runtime.close();
    }

    @Test
    void lossStartsAtChanceAndFalls() {
        List<Double> losses = train();

        assertThat(losses.getFirst()).isBetween(Math.log(128) - 0.5, Math.log(128) + 0.5);
        assertThat(losses.getLast()).isLessThan(3.3);
    }

    @Test
    void sameSeedSameLosses() {
        assertThat(train().subList(0, 5)).isEqualTo(train().subList(0, 5));
    }

    @Test
    void outlierChannelsAreThereFromTheStart() {
        Map<String, NDArray> parameters = Initialization.parameters(TINY, 5, runtime.manager());
        float[] gains = parameters.get("model.layers.0.input_layernorm.weight").toFloatArray();

        assertThat(gains).contains(5f).contains(1f);
        parameters.values().forEach(NDArray::close);
    }

    private static List<Double> train() {
        List<Double> losses = new ArrayList<>();
        TrainingTokens tokens = new TrainingTokens(
                DemoCorpus.documents(Split.VALIDATION, Register.STORIES),
                DemoCorpus.SYSTEM_PROMPT,
                text -> text.chars().mapToLong(c -> c % 128).toArray(),
                SETTINGS.seed());
        try (Trainer trainer = new Trainer(runtime, TINY, SETTINGS, tokens)) {
            trainer.train((step, loss, norm) -> losses.add(loss));
        }
        return losses;
    }
}
