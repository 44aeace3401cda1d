package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform.Reorder;
import io.bisup.contract.recipe.Transform.Smooth;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.transform.Diagonal;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class SmoothStageTest {
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static Smooth smooth(Smooth.Start start, double alpha, Smooth.Form form, Site... sites) {
        return new Smooth(Set.of(sites), start, alpha, 4, form, false);
    }

    private static TinyBlock smoothed(Architecture architecture, Smooth smooth) {
        Recipe base = TinyModels.nearest(4);
        Recipe recipe =
                TinyModels.recipe(List.of(smooth), base.precision(), Ranges.FULL, new Rounding.Nearest(), null, null);
        TinyBlock block = new TinyBlock(recipe, TinyModels.config(architecture, 1));
        Applied.to(block, new SmoothStage(smooth));
        return block;
    }

    /** The factors that the columns of a site's linears are multiplied by. */
    private static float[] factors(TinyBlock block, Site site) {
        return block.draft().siteMaps(block.work().kernels()).stream()
                .filter(map -> map.site() == site && map.reads() instanceof Diagonal)
                .map(map -> ((Diagonal) map.reads()).factors().toFloatArray())
                .findFirst()
                .orElseThrow();
    }

    /** SmoothQuant, eq. 4, channel by channel in plain Java. */
    @ParameterizedTest
    @CsvSource({"QKV, 0.5", "GATE_UP, 0.5", "DOWN, 0.8", "DOWN, 0"})
    void theStartIsSmoothQuants(Site site, double alpha) {
        try (TinyBlock block =
                smoothed(Architecture.LLAMA, smooth(Smooth.Start.SMOOTHQUANT, alpha, Smooth.Form.BOUNDED, site))) {
            float[] inputs = largestInputs(block, site);
            float[] actual = factors(block, site);
            for (int channel = 0; channel < actual.length; channel++) {
                double weight = 0;
                for (BlockTensor reader : BlockSites.readers(site)) {
                    weight = Math.max(
                            weight, largestOfColumn(block.work().weights().get(reader), channel));
                }
                double expected = Math.pow(inputs[channel], alpha) / Math.pow(weight, 1 - alpha);
                assertThat((double) actual[channel]).isCloseTo(expected, within(1e-4 * expected));
            }
        }
    }

    private static float[] largestInputs(TinyBlock block, Site wanted) {
        float[] largest = new float[block.work().plan().width(wanted)];
        for (int sample = 0; sample < TinyBlock.SAMPLES; sample++) {
            block.expected(sample, new BlockObserver() {
                @Override
                public void input(Site site, InputPath.Read read) {
                    float[] values = site == wanted ? read.raw().toFloatArray() : new float[0];
                    for (int i = 0; i < values.length; i++) {
                        int channel = i % largest.length;
                        largest[channel] = Math.max(largest[channel], Math.abs(values[i]));
                    }
                }
            });
        }
        return largest;
    }

    private static double largestOfColumn(NDArray weight, int column) {
        return weight.get(":, " + column).abs().max().getFloat();
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everySiteKeepsTheFunctionWhateverWasLearnt(Architecture architecture) {
        Smooth all = smooth(Smooth.Start.SMOOTHQUANT, 0.5, Smooth.Form.BOUNDED, Site.values());
        try (TinyBlock block = smoothed(architecture, all)) {
            NDArray expected = block.expected(0, BlockObserver.NONE);
            block.draft().maps().smoothingParameters().forEach(SmoothStageTest::learnSomething);
            assertThat(TinyBlock.relative(block.unrounded(0, BlockObserver.NONE), expected))
                    .isLessThan(5e-5);
        }
    }

    private static void learnSomething(NDArray parameter) {
        Gaussians.floats(parameter.size(), parameter.getShape().getShape()).copyTo(parameter);
    }

    /** tanh saturates: no θ leaves [s0 / bound, s0 · bound]. */
    @ParameterizedTest
    @CsvSource({"100, 4", "-100, 0.25"})
    void learningStaysWithinTheBound(float parameter, double farthest) {
        Smooth down = smooth(Smooth.Start.SMOOTHQUANT, 0.5, Smooth.Form.BOUNDED, Site.DOWN);
        try (TinyBlock block = smoothed(Architecture.LLAMA, down)) {
            float[] start = factors(block, Site.DOWN);
            block.draft().maps().smoothingParameters().getFirst().addi(parameter);
            float[] moved = factors(block, Site.DOWN);
            for (int i = 0; i < start.length; i++) {
                assertThat((double) moved[i] / start[i]).isCloseTo(farthest, within(1e-4));
            }
        }
    }

    /** Query heads that share a key-value head share its factors, or the values could not be divided. */
    @Test
    void queryHeadsShareTheFactorsOfTheirValues() {
        Smooth o = smooth(Smooth.Start.SMOOTHQUANT, 0.5, Smooth.Form.BOUNDED, Site.O);
        try (TinyBlock block = smoothed(Architecture.LLAMA, o)) {
            int head = block.config().headDim();
            float[] factors = factors(block, Site.O);
            for (int channel = 0; channel < head; channel++) {
                assertThat(factors[head + channel]).isEqualTo(factors[channel]);
                assertThat(factors[3 * head + channel]).isEqualTo(factors[2 * head + channel]);
            }
            assertThat(Arrays.copyOf(factors, head)).isNotEqualTo(Arrays.copyOfRange(factors, 2 * head, 3 * head));
        }
    }

    @Test
    void onesChangeNothingBeforeLearning() {
        Smooth ones = smooth(Smooth.Start.ONES, 0.5, Smooth.Form.BOUNDED, Site.values());
        try (TinyBlock block = smoothed(Architecture.QWEN2, ones)) {
            for (Site site : Site.values()) {
                assertThat(factors(block, site)).containsOnly(1);
            }
            assertThat(block.unrounded(0, BlockObserver.NONE).toFloatArray())
                    .isEqualTo(block.expected(0, BlockObserver.NONE).toFloatArray());
        }
    }

    /** Reading C begins at the same factors and has one number to learn at each site. */
    @Test
    void theExponentStartsAtAlpha() {
        Smooth bounded = smooth(Smooth.Start.SMOOTHQUANT, 0.3, Smooth.Form.BOUNDED, Site.DOWN);
        Smooth exponent = smooth(Smooth.Start.SMOOTHQUANT, 0.3, Smooth.Form.EXPONENT, Site.DOWN);
        try (TinyBlock a = smoothed(Architecture.LLAMA, bounded);
                TinyBlock b = smoothed(Architecture.LLAMA, exponent)) {
            float[] expected = factors(a, Site.DOWN);
            float[] actual = factors(b, Site.DOWN);
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f * expected[i]));
            }
            assertThat(b.draft().maps().smoothingParameters())
                    .singleElement()
                    .satisfies(parameter -> assertThat(parameter.size()).isEqualTo(1));
        }
    }

    /** Channels that are kept at more bits need no help: their factors are 1 and stay there. */
    @ParameterizedTest
    @EnumSource(names = {"QKV", "O", "GATE_UP", "DOWN"})
    void keptChannelsAreSpared(Site site) {
        int kept = 16;
        Reorder reorder = new Reorder(Reorder.By.SECOND_MOMENT);
        Smooth sparing = new Smooth(EnumSet.of(site), Smooth.Start.SMOOTHQUANT, 0.5, 4, Smooth.Form.BOUNDED, true);
        Precision plain = TinyModels.nearest(4).precision();
        Precision keeping =
                new Precision(plain.weights(), plain.inputs(), plain.cache(), new Keepers(kept, 8), plain.overrides());
        Recipe recipe =
                TinyModels.recipe(List.of(reorder, sparing), keeping, Ranges.FULL, new Rounding.Nearest(), null, null);
        try (TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1))) {
            Applied.to(block, new ReorderStage(reorder), new SmoothStage(sparing));
            block.draft().maps().smoothingParameters().forEach(SmoothStageTest::learnSomething);
            long[] order = block.draft().maps().permutation(site).order();
            float[] factors = factors(block, site);
            for (int place = order.length - kept; place < order.length; place++) {
                assertThat(factors[(int) order[place]])
                        .as("channel %s", order[place])
                        .isEqualTo(1);
            }
            assertThat(ones(factors)).isEqualTo(site == Site.O ? spared(order, kept) : kept);
            assertThat(TinyBlock.relative(
                            block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE)))
                    .isLessThan(5e-5);
        }
    }

    private static int ones(float[] factors) {
        int ones = 0;
        for (float factor : factors) {
            ones += factor == 1 ? 1 : 0;
        }
        return ones;
    }

    /** At o a kept channel spares that of the other query head, too. */
    private static int spared(long[] order, int kept) {
        return 2
                * Math.toIntExact(Arrays.stream(order, order.length - kept, order.length)
                        .map(channel -> channel / 32 * 16 + channel % 16)
                        .distinct()
                        .count());
    }
}
