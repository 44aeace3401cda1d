package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Squared gradients, block by block, against finite differences of the whole model's loss. */
class FinalGradientsTest {
    private static final int LAYERS = 3;
    private static final int WINDOWS = 2;
    private static final int TOKENS = 4;
    private static final float STEP = 2e-2f;

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource({"LLAMA, 0, false", "LLAMA, 3, false", "QWEN2, 2, true", "QWEN3, 0, true"})
    void eachBlocksAreThoseOfTheWholeModel(Architecture architecture, int prefix, boolean rotated) {
        DecoderConfig config = TinyModels.config(architecture, LAYERS);
        QuantizationInput input = TinyModels.input(config, recipe(rotated), prefix, WINDOWS, TOKENS);
        try (NDScope scope = new NDScope();
                PlannedBlock planned = new PlannedBlock(RUNTIME, input.plan());
                RotaryEmbedding rotary = new RotaryEmbedding(RUNTIME, config, DataType.FLOAT32)) {
            scope.suppressNotUsedWarning();
            ChannelMap residual = planned.rotations().residual();
            assertThat(residual != null).isEqualTo(rotated);
            List<FinalGradients.Squares> found;
            try (FinalGradients gradients = new FinalGradients(
                    new ExactBlocks(RUNTIME, input, residual), rotary, WINDOWS, folder, Control.NONE)) {
                found = gradients.squares();
            }
            assertThat(found).hasSize(LAYERS);
            assertThat(folder).isEmptyDirectory();
            try (Whole whole = new Whole(input, residual)) {
                for (int layer = 0; layer < LAYERS; layer++) {
                    assertClose(found.get(layer).gradients(), whole.squaredGradients(layer));
                    assertClose(found.get(layer).outputs(), whole.squaredOutputs(layer));
                }
            }
        }
    }

    private static Recipe recipe(boolean rotated) {
        Recipe base = TinyModels.nearest(4);
        List<Transform> transforms = rotated
                ? List.of(new Transform.Rotate(
                        Set.of(Transform.Rotate.Rotation.RESIDUAL), Transform.Rotate.Kind.HADAMARD, 1))
                : List.of();
        return TinyModels.recipe(transforms, base.precision(), base.ranges(), base.rounding(), null, null);
    }

    private static void assertClose(List<Double> found, double[] expected) {
        double error = 0;
        double norm = 0;
        for (int channel = 0; channel < expected.length; channel++) {
            error += Math.pow(found.get(channel) - expected[channel], 2);
            norm += Math.pow(expected[channel], 2);
        }
        assertThat(norm).isPositive();
        assertThat(Math.sqrt(error / norm)).isLessThan(5e-3);
    }

    /** The whole full-precision model, whose blocks' outputs can be moved a little along one channel of the rotated stream. */
    private static final class Whole implements AutoCloseable {
        private final QuantizationInput input;
        private final @Nullable ChannelMap residual;
        private final LanguageModel model;
        private final int width;

        Whole(QuantizationInput input, @Nullable ChannelMap residual) {
            this.input = input;
            this.residual = residual;
            this.width = input.config().hiddenSize();
            LanguageModel bare = LanguageModel.resident(RUNTIME, input.config(), input.source());
            this.model = input.prefix().isEmpty()
                    ? bare
                    : bare.behind(
                            input.prefix().stream().mapToLong(Long::longValue).toArray());
        }

        double[] squaredOutputs(int layer) {
            double[] squares = new double[width];
            for (long[] window : input.windows()) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray output = through(model.embed(window), 0, layer + 1);
                    NDArray seen = residual == null ? output : residual.apply(RUNTIME.kernels(), output);
                    float[] values = seen.toFloatArray();
                    for (int i = 0; i < values.length; i++) {
                        squares[i % width] += (double) values[i] * values[i];
                    }
                }
            }
            return squares;
        }

        double[] squaredGradients(int layer) {
            double[] squares = new double[width];
            for (long[] window : input.windows()) {
                double[] up = losses(layer, window, STEP);
                double[] down = losses(layer, window, -STEP);
                for (int i = 0; i < up.length; i++) {
                    squares[i % width] += Math.pow((up[i] - down[i]) / (2 * STEP), 2);
                }
            }
            return squares;
        }

        /** The window's summed loss, for every token and channel, with that channel of that token moved. */
        private double[] losses(int layer, long[] window, float step) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray output = through(model.embed(window), 0, layer + 1);
                int moves = window.length * width;
                float[] identity = new float[moves * moves];
                for (int i = 0; i < moves; i++) {
                    identity[i * moves + i] = step;
                }
                NDArray along = Tensors.floats(RUNTIME.manager(), identity, moves, window.length, width);
                NDArray moved = output.add(residual == null ? along : residual.undo(RUNTIME.kernels(), along));
                NDArray logits = model.logits(through(moved, layer + 1, LAYERS));
                return losses(logits.toFloatArray(), window, moves);
            }
        }

        private double[] losses(float[] logits, long[] window, int batch) {
            int vocabulary = input.config().vocabSize();
            double[] losses = new double[batch];
            for (int i = 0; i < batch; i++) {
                for (int token = 0; token < window.length - 1; token++) {
                    int from = (i * window.length + token) * vocabulary;
                    double sum = 0;
                    for (int v = 0; v < vocabulary; v++) {
                        sum += Math.exp(logits[from + v]);
                    }
                    losses[i] += Math.log(sum) - logits[from + (int) window[token + 1]];
                }
            }
            return losses;
        }

        /** Hidden states through the blocks {@code from} to {@code to - 1}. */
        private NDArray through(NDArray hidden, int from, int to) {
            List<NDArray> current = new ArrayList<>(List.of(hidden));
            int[] layer = {0};
            model.eachBlock((block, context) -> {
                if (layer[0] >= from && layer[0] < to) {
                    current.set(0, block.apply(current.getFirst(), context));
                }
                layer[0]++;
            });
            return current.getFirst();
        }

        @Override
        public void close() {
            model.close();
        }
    }
}
