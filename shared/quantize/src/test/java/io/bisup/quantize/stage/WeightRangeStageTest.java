package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WeightRangeStageTest {
    private static final Format W3 = Format.integer(3, true, Scope.columns(32));

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock ranged(Range range, Format weights, @Nullable Keepers keepers, boolean learnt) {
        Recipe recipe = TinyModels.recipe(
                keepers == null ? List.of() : List.of(new Transform.Reorder(null)),
                new Precision(weights, Format.exact(), CacheFormat.exact(), keepers, Map.of("v", Format.exact())),
                new Ranges(range, null, null),
                new Rounding.Nearest(),
                null,
                learnt ? TinyModels.learning(Learning.Space.WEIGHT_RANGES) : null);
        TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), 3, null);
        Applied.to(block, new WeightRangeStage(range));
        return block;
    }

    private static List<BlockOperands.Clip> clips(TinyBlock block, BlockTensor linear) {
        return block.operands().weightClips().get(linear);
    }

    @Test
    void fullRangesThatAreNotLearntStayUnset() {
        try (TinyBlock block = ranged(new Range.Full(), W3, null, false)) {
            assertThat(block.operands().weightClips()).isEmpty();
        }
    }

    /** σ(4) = 0.982, OmniQuant's start: from 1 itself nothing could be learnt. */
    @Test
    void fullRangesThatAreLearntStartWhereTheGradientLives() {
        try (TinyBlock block = ranged(new Range.Full(), W3, null, true)) {
            for (float factor : clips(block, BlockTensor.GATE).getFirst().high().toFloatArray()) {
                assertThat(factor).isCloseTo(0.982014f, within(1e-5f));
            }
        }
    }

    @ParameterizedTest
    @ValueSource(doubles = {0.3, 0.85, 1})
    void aFixedFactorIsThatOfEveryGroup(double factor) {
        try (TinyBlock block = ranged(new Range.Fixed(factor), W3, null, false)) {
            NDArray high = clips(block, BlockTensor.DOWN).getFirst().high();
            assertThat(high.getShape().getShape()).containsExactly(64, 4);
            for (float each : high.toFloatArray()) {
                assertThat((double) each).isCloseTo(factor, within(1e-6));
            }
        }
    }

    /** Not 0.9999999: constant ranges that are said to be full are full. */
    @Test
    void aFixedFactorOfOneIsExact() {
        try (TinyBlock block = ranged(new Range.Fixed(1), W3, null, false)) {
            assertThat(clips(block, BlockTensor.DOWN).getFirst().high().toFloatArray())
                    .containsOnly(1);
        }
    }

    /** What an override leaves at 16 bits has no range. */
    @Test
    void exactWeightsHaveNoRange() {
        try (TinyBlock block = ranged(new Range.Searched(2), W3, null, false)) {
            assertThat(block.operands().weightClips())
                    .containsOnlyKeys(BlockSites.LINEARS.stream()
                            .filter(linear -> linear != BlockTensor.VALUE)
                            .toArray(BlockTensor[]::new));
        }
    }

    /** Each group by itself: no group loses more than over its full range, and most lose less at three bits. */
    @Test
    void searchedRangesLoseLessInEveryGroup() {
        try (TinyBlock full = ranged(new Range.Full(), W3, null, false);
                TinyBlock searched = ranged(new Range.Searched(2), W3, null, false)) {
            for (BlockTensor linear : List.of(BlockTensor.QUERY, BlockTensor.UP, BlockTensor.DOWN)) {
                double[] before = groupErrors(full, linear);
                double[] after = groupErrors(searched, linear);
                int better = 0;
                for (int group = 0; group < before.length; group++) {
                    assertThat(after[group]).isLessThanOrEqualTo(before[group] * 1.0001);
                    better += after[group] < 0.95 * before[group] ? 1 : 0;
                }
                assertThat(better).as("%s", linear).isGreaterThan(before.length / 2);
            }
        }
    }

    private static double[] groupErrors(TinyBlock block, BlockTensor linear) {
        BlockOperands operands = block.operands();
        NDArray rounded = block.work()
                .planned()
                .roundedToNearest(0, block.work().kernels(), operands)
                .get(linear);
        float[] squares = rounded.sub(operands.weights().get(linear)).square().toFloatArray();
        double[] errors = new double[squares.length / 32];
        for (int i = 0; i < squares.length; i++) {
            errors[i / 32] += squares[i];
        }
        return errors;
    }

    /** Ends of asymmetric ranges are factors of their own from here on; those of symmetric ones are one. */
    @Test
    void asymmetricRangesHaveTwoEnds() {
        Format asymmetric = Format.integer(3, false, Scope.columns(32));
        try (TinyBlock one = ranged(new Range.Searched(2), W3, null, true);
                TinyBlock two = ranged(new Range.Searched(2), asymmetric, null, true)) {
            assertThat(one.draft().weightRanges()).hasSize(6);
            assertThat(two.draft().weightRanges()).hasSize(12);
            BlockOperands.Clip clip = clips(two, BlockTensor.UP).getFirst();
            assertThat(clip.low()).isNotSameAs(clip.high());
            assertThat(clip.low().toFloatArray()).isEqualTo(clip.high().toFloatArray());
        }
    }

    /** Keepers have ranges of their own, a row each, which are never learnt. */
    @Test
    void keepersHaveTheirOwnRanges() {
        try (TinyBlock block = ranged(new Range.Fixed(0.9), W3, new Keepers(16, 8), true)) {
            List<BlockOperands.Clip> clips = clips(block, BlockTensor.QUERY);
            assertThat(clips).hasSize(2);
            assertThat(clips.get(0).high().getShape().getShape()).containsExactly(64, 2);
            assertThat(clips.get(1).high().getShape().getShape()).containsExactly(64, 1);
            assertThat(block.draft().weightRanges()).hasSize(6);
        }
    }

    /** Rows of a tile share a factor. */
    @Test
    void tilesShareAFactor() {
        Format tiles = Format.integer(3, true, new Scope.Channels(32, 4));
        try (TinyBlock block = ranged(new Range.Searched(2), tiles, null, false)) {
            assertThat(clips(block, BlockTensor.GATE)
                            .getFirst()
                            .high()
                            .getShape()
                            .getShape())
                    .containsExactly(32, 2);
        }
    }
}
