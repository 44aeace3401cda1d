package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.PropagationResult;
import io.bisup.data.TextDataset;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class PropagationTest {

    private static final Path MODEL = ReferenceData.path("data/models/TinyStories-656K");
    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final TextDataset TEXT = new TextDataset(
            "short", "0", DatasetFormat.TEXT, List.of("Once upon a time, there was a little dog. ".repeat(40)));

    @Test
    void aModelHasNoErrorAgainstItself() {
        PropagationResult result = measure("nothing", 1);

        assertThat(result.blocks()).hasSize(2).allSatisfy(block -> {
            assertThat(block.firstToken()).isZero();
            assertThat(block.others()).isZero();
        });
        assertThat(result.positions()).hasSize(64).containsOnly(0.0);
        assertThat(result.blocks())
                .allSatisfy(block -> assertThat(block.linears())
                        .hasSize(7)
                        .allSatisfy((name, error) -> assertThat(error).as(name).isLessThan(1e-9)));
        assertThat(result.horizontal().mean().map())
                .hasSameSizeAs(result.horizontal().bins())
                .allSatisfy(row -> assertThat(row).containsOnly(0.0));
        assertThat(result.horizontal().blocks()).hasSize(2);
    }

    @Test
    void anErrorBeginsAtItsBlockAndGoesOn() {
        PropagationResult later = measure("layers.1.mlp.down_proj", 0.5f);
        PropagationResult earlier = measure("layers.0.mlp.down_proj", 0.5f);

        assertThat(later.blocks().get(0).others()).isZero();
        assertThat(later.blocks().get(1).others()).isPositive();
        assertThat(earlier.blocks().get(0).others()).isPositive();
        assertThat(earlier.blocks().get(1).others()).isPositive();
        double others = later.positions().stream()
                .skip(1)
                .mapToDouble(Double::doubleValue)
                .average()
                .orElseThrow();
        assertThat(later.blocks().get(1).others()).isCloseTo(others, within(1e-12));
        assertThat(later.blocks().get(1).firstToken())
                .isEqualTo(later.positions().getFirst());
    }

    @Test
    void aLostBlockHasTheErrorOfItsOwnContribution() {
        PropagationResult lost = measure("layers.", 0);

        // Behind the last block only the embedding is left; the error is what the blocks added, over the whole.
        assertThat(lost.blocks().get(1).others()).isBetween(0.1, 10.0);
        assertThat(lost.windows()).isEqualTo(2);
    }

    @Test
    void aFactorOfALinearIsItsErrorUnlessARecipeMayFoldIt() {
        Map<String, Double> down =
                measure("layers.1.mlp.down_proj", 0.5f).blocks().get(1).linears();
        Map<String, Double> values =
                measure("layers.1.self_attn.v_proj", 0.5f).blocks().get(1).linears();

        assertThat(down.get("down")).isCloseTo(0.25, within(1e-6));
        assertThat(down.get("up")).isLessThan(1e-9);
        assertThat(values.get("v")).as("folded into o").isLessThan(1e-9);
        assertThat(values.get("o")).as("which is not").isCloseTo(0.25, within(1e-6));
    }

    /** Known of language models, and what BiSup builds on. */
    @Test
    void theFirstTokenReceivesMoreAttentionThanIndifferenceGives() {
        PropagationResult result = measure("nothing", 1);
        List<Double> received = result.received();
        double indifferent = IntStream.rangeClosed(1, 64)
                .mapToDouble(seen -> 1.0 / seen / 64)
                .sum();

        assertThat(received.stream().mapToDouble(Double::doubleValue).sum()).isCloseTo(1, within(1e-6));
        assertThat(received.getFirst())
                .isGreaterThan(1.3 * indifferent)
                .isGreaterThan(
                        2 * received.stream().skip(1).max(Double::compare).orElseThrow());
        assertThat(result.horizontal().bins())
                .element(5)
                .satisfies(bin -> assertThat(bin.width()).isGreaterThan(1));
        double binned = 0;
        for (int i = 0; i < result.horizontal().bins().size(); i++) {
            binned += result.horizontal().bins().get(i).width()
                    * result.horizontal().mean().received().get(i);
        }
        assertThat(binned).isCloseTo(1, within(1e-3));
    }

    private static PropagationResult measure(String tensors, float factor) {
        try (LanguageModel base = model("nothing", 1);
                LanguageModel other = model(tensors, factor);
                Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            return new Propagation(base, other, List.of(), tokenizer, Clock.systemUTC())
                    .measure(TEXT, 64, 2, Progress.SILENT);
        }
    }

    private static LanguageModel model(String tensors, float factor) {
        try (Checkpoint checkpoint = Checkpoint.open(MODEL)) {
            return LanguageModel.resident(RUNTIME, DecoderConfig.read(MODEL), name -> {
                NDArray loaded = checkpoint.load(name, RUNTIME.manager());
                if (!name.contains(tensors) || !name.contains("proj")) {
                    return loaded;
                }
                float[] values = loaded.toFloatArray();
                for (int i = 0; i < values.length; i++) {
                    values[i] *= factor;
                }
                return Tensors.floats(
                        RUNTIME.manager(), values, loaded.getShape().getShape());
            });
        }
    }
}
