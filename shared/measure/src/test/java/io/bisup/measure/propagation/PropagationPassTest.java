package io.bisup.measure.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.PropagationResult.Bin;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each part against plain sums, on random models of two blocks with grouped heads. */
class PropagationPassTest {

    private static final TensorRuntime RUNTIME = TestDevice.runtime();
    private static final DecoderConfig CONFIG = RandomModel.config(Architecture.LLAMA, 2);
    private static final OtherForms FORMS = new OtherForms(RUNTIME, CONFIG);
    private static final int WINDOW = 48;
    private static final List<long[]> WINDOWS = List.of(RandomModel.ids(WINDOW));

    @Test
    void anotherBasisIsNoError() {
        try (LanguageModel base = FORMS.plain();
                LanguageModel turned = FORMS.turned()) {
            List<VerticalPass.BlockErrors> blocks = vertical(base, turned);

            assertThat(blocks).hasSize(2).allSatisfy(block -> {
                assertThat(Arrays.stream(block.positions()).max().orElseThrow()).isLessThan(1e-8);
                assertThat(block.linears())
                        .containsOnlyKeys("q", "k", "v", "o", "gate", "up", "down")
                        .allSatisfy((name, error) -> assertThat(error).as(name).isLessThan(1e-8));
            });
        }
    }

    @Test
    void errorsOfLinearsAreThoseOfTheirOutputs() {
        try (LanguageModel base = FORMS.plain();
                LanguageModel rounded = FORMS.roundedCache()) {
            List<VerticalPass.BlockErrors> blocks = vertical(base, rounded);

            // What comes before the first rounded keys and values is as it was.
            assertThat(blocks.getFirst().linears().get("q")).isLessThan(1e-12);
            assertThat(blocks.getFirst().linears().get("v")).isLessThan(1e-12);
            assertThat(blocks.getFirst().linears().get("o")).isBetween(1e-4, 0.5);
            double[][] exact = outputs(base, 1, BlockTensor.UP);
            double[][] other = outputs(rounded, 1, BlockTensor.UP);
            assertThat(blocks.get(1).linears().get("up")).isCloseTo(withFactors(exact, other), within(1e-6));
            exact = outputs(base, 1, BlockTensor.DOWN);
            other = outputs(rounded, 1, BlockTensor.DOWN);
            assertThat(blocks.get(1).linears().get("down")).isCloseTo(plain(exact, other), within(1e-6));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MAX_VALUE, 5})
    void attentionIsReceivedByTheKeysThatQueriesSee(int window) {
        int heads = 4;
        int groups = 2;
        int fresh = 9;
        int total = 12;
        int width = 8;
        double[] queries = gaussians(heads * fresh * width, 1);
        double[] keys = gaussians(groups * total * width, 2);
        double[] expected = new double[total];
        for (int head = 0; head < heads; head++) {
            for (int t = 0; t < fresh; t++) {
                int at = total - fresh + t;
                double[] weights = new double[total];
                for (int u = Math.max(0, at - window + 1); u <= at; u++) {
                    double score = 0;
                    for (int i = 0; i < width; i++) {
                        score += queries[(head * fresh + t) * width + i] * keys[(head / 2 * total + u) * width + i];
                    }
                    weights[u] = Math.exp(score / Math.sqrt(width));
                }
                double sum = Arrays.stream(weights).sum();
                for (int u = 0; u < total; u++) {
                    expected[u] += weights[u] / sum / (heads * fresh);
                }
            }
        }
        try (PropagationKernels kernels = PropagationKernels.compile(RUNTIME);
                NDArray q = Tensors.reals(RUNTIME.manager(), DataType.FLOAT32, queries, 1, heads, fresh, width);
                NDArray k = Tensors.reals(RUNTIME.manager(), DataType.FLOAT32, keys, 1, groups, total, width)) {
            double[] received = kernels.receivedAttention(q, k, window);

            assertThat(received).containsExactly(expected, within(1e-6));
            assertThat(Arrays.stream(received).sum()).isCloseTo(1, within(1e-6));
        }
    }

    @Test
    void theMapIsThatOfPassesOverWholeWindows() {
        List<Bin> bins = TokenBins.of(0, WINDOW);
        try (LanguageModel model = FORMS.roundedCache();
                PropagationKernels kernels = PropagationKernels.compile(RUNTIME);
                HorizontalPass pass = new HorizontalPass(model, kernels, bins, WINDOWS)) {
            pass.block(0, () -> {});
            double[][] map = pass.results().getFirst().map();
            double[] later = pass.results().getFirst().later();
            model.withBlock(0, (block, angles, prefix) -> {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    DecoderBlock exact = withCache(
                            block, CachePath.exact(block.parts().cache().keyClip()));
                    NDArray hidden = model.embed(WINDOWS.getFirst());
                    Copied rounded = new Copied();
                    block.forward(RUNTIME.kernels(), hidden, angles, rounded);
                    for (int row : new int[] {0, 3, 7, bins.size() - 1}) {
                        Bin bin = bins.get(row);
                        double[] errors = kernels.relativeErrors(
                                exact.forward(RUNTIME.kernels(), hidden, angles, AttentionContext.EMPTY),
                                exact.forward(RUNTIME.kernels(), hidden, angles, new Rounding(rounded, bin)));
                        assertThat(Arrays.stream(errors, 0, bin.first()).sum())
                                .as("causality")
                                .isZero();
                        for (int column = 0; column < bins.size(); column++) {
                            Bin read = bins.get(column);
                            assertThat(map[row][column] * bin.width())
                                    .as("%d to %d", row, column)
                                    .isCloseTo(mean(errors, read.first(), read.last() + 1), within(1e-8));
                        }
                        assertThat(later[row] * bin.width())
                                .isCloseTo(mean(errors, bin.last() + 1, WINDOW), within(1e-8));
                    }
                }
            });
            assertThat(later[0]).as("something spreads").isBetween(1e-7, 1.0);
        }
    }

    @Test
    void thePrefixSpreadsNothingAndItsShareOfAttentionIsTold() {
        long[] prefix = {1, 2, 3};
        List<Bin> bins = TokenBins.of(prefix.length, WINDOW);
        try (LanguageModel base = FORMS.plain().behind(prefix);
                LanguageModel model = FORMS.roundedCache().behind(prefix);
                PropagationKernels kernels = PropagationKernels.compile(RUNTIME);
                VerticalPass vertical = new VerticalPass(base, model, kernels, WINDOWS);
                HorizontalPass pass = new HorizontalPass(model, kernels, bins, WINDOWS)) {
            for (int layer = 0; layer < 2; layer++) {
                vertical.block(layer, () -> {});
                pass.block(layer, () -> {});
                double[][] map = pass.results().get(layer).map();

                assertThat(bins.subList(0, 3)).extracting(Bin::prefix).containsExactly(true, true, false);
                assertThat(Arrays.stream(map[0]).sum() + Arrays.stream(map[1]).sum())
                        .isZero();
                assertThat(pass.results().get(layer).later()[2]).isPositive();
                double[] received = vertical.results().get(layer).received();
                assertThat(received).hasSize(WINDOW + 3);
                assertThat(received[0]).isPositive();
                assertThat(Arrays.stream(received).sum()).isCloseTo(1, within(1e-6));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 4, 5, 31, 32, 33, 512, 2048})
    void binsCoverEveryPositionOnce(int window) {
        for (int prefix : new int[] {0, 1, 2, 40}) {
            List<Bin> bins = TokenBins.of(prefix, window);
            int next = 0;
            for (Bin bin : bins) {
                assertThat(bin.first()).isEqualTo(next);
                assertThat(bin.width()).isPositive();
                assertThat(bin.prefix()).isEqualTo(bin.last() < prefix);
                next = bin.last() + 1;
            }
            assertThat(next).isEqualTo(prefix + window);
            assertThat(bins).hasSizeLessThanOrEqualTo(34);
        }
    }

    private static List<VerticalPass.BlockErrors> vertical(LanguageModel base, LanguageModel other) {
        try (PropagationKernels kernels = PropagationKernels.compile(RUNTIME);
                VerticalPass pass = new VerticalPass(base, other, kernels, WINDOWS)) {
            IntStream.range(0, 2).forEach(layer -> pass.block(layer, () -> {}));
            return pass.results();
        }
    }

    private static DecoderBlock withCache(DecoderBlock block, CachePath cache) {
        DecoderBlock.Parts own = block.parts();
        return new DecoderBlock(new DecoderBlock.Parts(
                own.config(), own.norms(), own.linears(), own.inputs(), cache, own.window(), false));
    }

    /** Keeps keys and values as plain numbers. */
    private static final class Copied implements AttentionContext {
        private float[] keys = {};
        private float[] values = {};

        @Override
        public long length() {
            return 0;
        }

        @Override
        public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
            keys = fresh.keys().toFloatArray();
            values = fresh.values().toFloatArray();
            return fresh;
        }
    }

    /** Puts rounded keys and values in the places of one bin. */
    private record Rounding(Copied rounded, Bin bin) implements AttentionContext {
        @Override
        public long length() {
            return 0;
        }

        @Override
        public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
            return new KeyValues(mixed(fresh.keys(), rounded.keys), mixed(fresh.values(), rounded.values));
        }

        private NDArray mixed(NDArray own, float[] other) {
            float[] values = own.toFloatArray();
            int width = CONFIG.headDim();
            for (int head = 0; head < CONFIG.keyValueHeads(); head++) {
                int first = (head * WINDOW + bin.first()) * width;
                System.arraycopy(other, first, values, first, bin.width() * width);
            }
            return Tensors.floats(RUNTIME.manager(), values, own.getShape().getShape());
        }
    }

    /** Outputs of a linear for the one window, a row each token but the first. */
    private static double[][] outputs(LanguageModel model, int layer, BlockTensor linear) {
        double[][][] found = new double[1][][];
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray[] hidden = {model.embed(WINDOWS.getFirst())};
            for (int block = 0; block <= layer; block++) {
                model.withBlock(
                        block,
                        (used, angles, prefix) -> hidden[0] =
                                used.forward(RUNTIME.kernels(), hidden[0], angles, prefix, new BlockObserver() {
                                    @Override
                                    public void output(BlockTensor of, NDArray output) {
                                        if (of == linear) {
                                            found[0] = rows(output.toFloatArray());
                                        }
                                    }
                                }));
            }
        }
        return found[0];
    }

    private static double[][] rows(float[] values) {
        int width = values.length / WINDOW;
        return IntStream.range(1, WINDOW)
                .mapToObj(t -> IntStream.range(0, width)
                        .mapToDouble(c -> values[t * width + c])
                        .toArray())
                .toArray(double[][]::new);
    }

    private static double plain(double[][] exact, double[][] other) {
        double distance = 0;
        double length = 0;
        for (int t = 0; t < exact.length; t++) {
            for (int c = 0; c < exact[t].length; c++) {
                distance += Math.pow(other[t][c] - exact[t][c], 2);
                length += exact[t][c] * exact[t][c];
            }
        }
        return distance / length;
    }

    /** With the best factor of each channel, for whose choice one token counts less. */
    private static double withFactors(double[][] exact, double[][] other) {
        double distance = 0;
        double length = 0;
        for (int c = 0; c < exact[0].length; c++) {
            double mixed = 0;
            double square = 0;
            for (int t = 0; t < exact.length; t++) {
                mixed += exact[t][c] * other[t][c];
                square += other[t][c] * other[t][c];
            }
            for (int t = 0; t < exact.length; t++) {
                distance += Math.pow(mixed / square * other[t][c] - exact[t][c], 2);
                length += exact[t][c] * exact[t][c];
            }
        }
        return distance / length * exact.length / (exact.length - 1);
    }

    private static double mean(double[] values, int from, int to) {
        return from == to ? 0 : Arrays.stream(values, from, to).average().orElseThrow();
    }

    private static double[] gaussians(int count, long seed) {
        Random random = new Random(seed);
        return IntStream.range(0, count).mapToDouble(i -> random.nextGaussian()).toArray();
    }
}
