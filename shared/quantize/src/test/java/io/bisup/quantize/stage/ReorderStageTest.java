package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform.Reorder;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.config.Architecture;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ReorderStageTest {
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock reordered(Architecture architecture, Reorder.By by) {
        Reorder reorder = new Reorder(by);
        Recipe recipe = TinyModels.recipe(
                List.of(reorder), TinyModels.nearest(4).precision(), Ranges.FULL, new Rounding.Nearest(), null, null);
        TinyBlock block = new TinyBlock(recipe, TinyModels.config(architecture, 1));
        Applied.to(block, new ReorderStage(reorder));
        return block;
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void theFunctionIsKept(Architecture architecture) {
        try (TinyBlock block = reordered(architecture, Reorder.By.SECOND_MOMENT)) {
            assertThat(TinyBlock.relative(
                            block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE)))
                    .isLessThan(5e-5);
        }
    }

    /** Atom §4.1: what linears read is sorted, the largest last. */
    @ParameterizedTest
    @EnumSource(Reorder.By.class)
    void everyInputAscendsInItsStatistic(Reorder.By by) {
        try (TinyBlock block = reordered(Architecture.LLAMA, by)) {
            Map<Site, double[]> statistics = new EnumMap<>(Site.class);
            for (int sample = 0; sample < TinyBlock.SAMPLES; sample++) {
                block.unrounded(sample, new BlockObserver() {
                    @Override
                    public void input(Site site, InputPath.Read read) {
                        add(by, statistics.computeIfAbsent(site, s -> zeros(read.exact())), read.exact());
                    }
                });
            }
            assertThat(statistics).containsOnlyKeys(BlockSites.INPUTS);
            statistics.forEach((site, of) -> {
                for (int channel = 1; channel < of.length; channel++) {
                    assertThat(of[channel])
                            .as("%s %s", site, channel)
                            .isGreaterThanOrEqualTo(of[channel - 1] * 0.99999);
                }
            });
        }
    }

    private static double[] zeros(NDArray x) {
        return new double[Math.toIntExact(x.getShape().getLastDimension())];
    }

    private static void add(Reorder.By by, double[] statistic, NDArray x) {
        float[] values = x.toFloatArray();
        for (int i = 0; i < values.length; i++) {
            int channel = i % statistic.length;
            statistic[channel] = switch (by) {
                case SECOND_MOMENT -> statistic[channel] + (double) values[i] * values[i];
                case ABS_MAX -> Math.max(statistic[channel], Math.abs(values[i]));
            };
        }
    }

    /** The channels planted in the tiny models' norms. */
    @Test
    void plantedOutliersComeLast() {
        try (TinyBlock block = reordered(Architecture.LLAMA, Reorder.By.SECOND_MOMENT)) {
            for (Site site : List.of(Site.QKV, Site.GATE_UP)) {
                long[] order = block.draft().maps().permutation(site).order();
                assertThat(Arrays.copyOfRange(order, order.length - 3, order.length))
                        .containsExactlyInAnyOrder(0, 1, 2);
            }
        }
    }

    /** Gate and up give their rows in order: nothing is gathered before down at run time. */
    @Test
    void theInputOfDownIsReorderedByItsProducers() {
        try (TinyBlock block = reordered(Architecture.LLAMA, Reorder.By.ABS_MAX)) {
            assertThat(block.operands().online()).containsOnlyKeys(Site.QKV, Site.O, Site.GATE_UP);
        }
    }
}
