package io.bisup.llm.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDManager;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.MallocStatistics;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A thousand training and decoding steps hold no more memory than the first few hundred. */
class NativeMemoryTest {
    /** One step leaves more than a megabyte of activations behind if nothing frees them: a thousand steps leave a gigabyte. */
    private static final long ALLOWED_GROWTH = 48L << 20;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final DecoderConfig config = RandomModel.config(Architecture.QWEN2, 1);

    @Test
    void memoryIsFlatOverAThousandTrainingSteps() {
        assumeTrue(
                MallocStatistics.bytesInUse().isPresent(), "the C library tells what is in use (glibc 2.33 or newer)");
        DecoderBlockWeights weights =
                DecoderBlockWeights.load(config, 0, RandomModel.source(runtime, config, DataType.FLOAT32));
        NDArray down = weights.get(BlockTensor.DOWN);
        NDArray norm = weights.get(BlockTensor.INPUT_NORM);
        kernels.requireGradient(down);
        kernels.requireGradient(norm);
        AdamW.Group group = new AdamW.Group("all", List.of(down, norm), 1e-3, 0);
        try (DecoderBlock block = DecoderBlock.fullPrecision(config, 0, weights, false);
                RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32);
                AdamW optimizer = new AdamW(kernels, List.of(group), AdamW.Settings.DEFAULT)) {
            assertFlat(() -> trainingStep(block, rotary, optimizer));
        }
    }

    private void trainingStep(DecoderBlock block, RotaryEmbedding rotary, AdamW optimizer) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray hidden = runtime.manager().ones(new Shape(4, 64, config.hiddenSize()));
            NDArray output = block.forward(kernels.recording(), hidden, rotary, AttentionContext.EMPTY);
            kernels.backward(output, output);
            optimizer.clipGradientNorm(1);
            optimizer.step();
            optimizer.zeroGradients();
        }
    }

    @Test
    void memoryIsFlatOverAThousandDecodedTokens() {
        assumeTrue(
                MallocStatistics.bytesInUse().isPresent(), "the C library tells what is in use (glibc 2.33 or newer)");
        try (LanguageModel model = RandomModel.open(runtime, config, DataType.FLOAT32)) {
            assertFlat(() -> {
                try (KeyValueCache cache = model.newCache()) {
                    model.forward(RandomModel.ids(64), cache).close();
                    model.forward(RandomModel.ids(1), cache).close();
                }
                assertThat(model.score(List.of(RandomModel.ids(32)))).hasSize(1);
            });
        }
    }

    private void assertFlat(Runnable step) {
        repeat(300, step);
        int tensors = openTensors();
        long before = MallocStatistics.bytesInUse().orElseThrow();
        repeat(1000, step);
        assertThat(openTensors()).isEqualTo(tensors);
        assertThat(MallocStatistics.bytesInUse().orElseThrow() - before).isLessThan(ALLOWED_GROWTH);
    }

    private static void repeat(int times, Runnable step) {
        for (int i = 0; i < times; i++) {
            step.run();
        }
        System.gc();
    }

    private int openTensors() {
        return ((PtNDManager) runtime.manager()).getManagedArrays().size();
    }

    @Test
    void aForgottenTensorIsSeen() {
        int before = openTensors();
        try (NDArray forgotten = Tensors.floats(runtime.manager(), new float[4], 4)) {
            assertThat(openTensors()).isEqualTo(before + 1);
            assertThat(forgotten.getShape().size()).isEqualTo(4);
        }
        assertThat(openTensors()).isEqualTo(before);
    }
}
