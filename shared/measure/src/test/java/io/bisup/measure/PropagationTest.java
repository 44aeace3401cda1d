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
