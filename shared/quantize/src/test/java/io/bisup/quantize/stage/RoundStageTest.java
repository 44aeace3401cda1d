package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform.Reorder;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.weight.Split;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RoundStageTest {
    private static final Format W3 = Format.integer(3, true, Scope.columns(32));
    private static final Rounding NEAREST = new Rounding.Nearest();
    private static final Rounding GPTQ = gptq(false, false);

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static Rounding.Gptq gptq(boolean asymmetric, boolean onlyIfBetter) {
        return new Rounding.Gptq(0.01, 32, Rounding.Gptq.Order.NATURAL, asymmetric, onlyIfBetter);
    }

    private static TinyBlock block(Rounding rounding, Format inputs, @Nullable LowRank lowRank) {
        Precision precision = new Precision(W3, inputs, CacheFormat.exact(), null, Map.of("k", Format.exact()));
        Recipe recipe = TinyModels.recipe(List.of(), precision, Ranges.FULL, rounding, lowRank, null);
        return new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), 5, null);
    }

    private static TinyBlock rounded(Rounding rounding, Format inputs) {
        TinyBlock block = block(rounding, inputs, null);
        Applied.to(block, new RoundStage(rounding));
        return block;
    }

    private static NDArray codes(TinyBlock block, BlockTensor linear) {
        return block.draft().rounded().get(linear).dequantize(block.work().runtime());
    }

    /** The draft's codes in place of its weights. */
    private static DecoderBlockWeights stored(TinyBlock block) {
        Map<BlockTensor, NDArray> weights =
                new EnumMap<>(block.operands().weights().tensors());
        block.draft().rounded().keySet().forEach(linear -> weights.put(linear, codes(block, linear)));
        return new DecoderBlockWeights(weights);
    }

    /** Mean squared distance to the targets over all samples. */
    private static double error(TinyBlock block) {
        return new BlockError(block.work(), block.draft(), block.operands()).of(stored(block));
    }

    @Test
    void nearestCodesAreThoseOfTheGraph() {
        try (TinyBlock block = rounded(NEAREST, W3)) {
            DecoderBlockWeights graph =
                    block.work().planned().roundedToNearest(0, block.work().kernels(), block.operands());
            for (BlockTensor linear : block.draft().rounded().keySet()) {
                assertThat(codes(block, linear).toFloatArray())
                        .as("%s", linear)
                        .isEqualTo(graph.get(linear).toFloatArray());
            }
        }
    }

    @Test
    void whatAnOverrideLeavesAtSixteenBitsHasNoCodes() {
        for (Rounding rounding : List.of(NEAREST, GPTQ)) {
            try (TinyBlock block = rounded(rounding, W3)) {
                assertThat(block.draft().rounded())
                        .containsOnlyKeys(BlockSites.LINEARS.stream()
                                .filter(linear -> linear != BlockTensor.KEY)
                                .toArray(BlockTensor[]::new));
            }
        }
    }

    /** What compensation is for: the whole block's output is nearer to the target. */
    @Test
    void compensatedCodesLoseLessThanNearestOnes() {
        try (TinyBlock nearest = rounded(NEAREST, Format.exact());
                TinyBlock compensated = rounded(GPTQ, Format.exact());
                TinyBlock asymmetric = rounded(gptq(true, false), Format.exact())) {
            assertThat(error(compensated)).isLessThan(0.95 * error(nearest));
            assertThat(error(asymmetric)).isLessThan(0.95 * error(nearest));
            assertThat(codes(asymmetric, BlockTensor.DOWN).toFloatArray())
                    .isNotEqualTo(codes(compensated, BlockTensor.DOWN).toFloatArray());
        }
    }

    /** "Only if better" is judged by the block: where nearest codes lose nothing, they stay, and the report says so. */
    @Test
    void compensationThatDoesNotHelpIsDropped() {
        try (TinyBlock block = block(gptq(false, true), W3, null);
                TinyBlock nearest = rounded(NEAREST, W3)) {
            block.aimAt(sample -> block.nearest(sample));
            Applied.to(block, new RoundStage(gptq(false, true)));
            assertThat(block.draft().notes()).singleElement().asString().contains("GPTQ did not lower");
            for (BlockTensor linear : block.draft().rounded().keySet()) {
                assertThat(codes(block, linear).toFloatArray())
                        .isEqualTo(codes(nearest, linear).toFloatArray());
            }
        }
    }

    @Test
    void compensationThatHelpsStaysWithoutARemark() {
        try (TinyBlock always = rounded(GPTQ, Format.exact());
                TinyBlock ifBetter = rounded(gptq(false, true), Format.exact())) {
            assertThat(ifBetter.draft().notes()).isEmpty();
            assertThat(codes(ifBetter, BlockTensor.DOWN).toFloatArray())
                    .isEqualTo(codes(always, BlockTensor.DOWN).toFloatArray());
        }
    }

    /**
     * Columns that branches will carry are there while later linears are compensated and while the block is judged: without them
     * every compensation would look like a loss.
     */
    @Test
    void columnsThatBranchesCarryAreNotMissed() {
        LowRank lowRank = new LowRank(16, 1, LowRank.Start.WHITENED_SVD, LowRank.Reads.EXACT, 4);
        try (TinyBlock nearest = block(NEAREST, Format.exact(), lowRank);
                TinyBlock compensated = block(gptq(false, true), Format.exact(), lowRank)) {
            Applied.to(nearest, new KeepOutStage(lowRank), new RoundStage(NEAREST));
            Applied.to(compensated, new KeepOutStage(lowRank), new RoundStage(gptq(false, true)));
            assertThat(compensated.draft().notes()).isEmpty();
            assertThat(codes(compensated, BlockTensor.DOWN).toFloatArray())
                    .isNotEqualTo(codes(nearest, BlockTensor.DOWN).toFloatArray());
        }
    }

    /** Clipped ranges are those of the codes, however they are rounded. */
    @Test
    void codesTakeTheDraftsRanges() {
        Ranges clipped = new Ranges(new Range.Fixed(0.5), null, null);
        for (Rounding rounding : List.of(NEAREST, GPTQ)) {
            Recipe recipe = TinyModels.recipe(
                    List.of(),
                    new Precision(W3, Format.exact(), CacheFormat.exact(), null, Map.of()),
                    clipped,
                    rounding,
                    null,
                    null);
            try (TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), 5, null)) {
                Applied.to(block, new WeightRangeStage(clipped.weights()), new RoundStage(rounding));
                NDArray weight = block.operands().weights().get(BlockTensor.GATE);
                float largest = weight.abs().max().getFloat();
                assertThat(codes(block, BlockTensor.GATE).abs().max().getFloat())
                        .isBetween(0.2f * largest, 0.75f * largest);
            }
        }
    }

    /** Keepers are a segment of their own at the end of every row. */
    @ParameterizedTest
    @EnumSource(Rounding.Gptq.Order.class)
    void keepersAreStoredApart(Rounding.Gptq.Order order) {
        Reorder reorder = new Reorder(Reorder.By.ABS_MAX);
        Rounding rounding = new Rounding.Gptq(0.01, 32, order, false, false);
        Recipe recipe = TinyModels.recipe(
                List.of(reorder),
                new Precision(W3, W3, CacheFormat.exact(), new Keepers(16, 8), Map.of()),
                Ranges.FULL,
                rounding,
                null,
                null);
        try (TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), 5, null)) {
            Applied.to(block, new ReorderStage(reorder), new RoundStage(rounding));
            StoredWeight query = block.draft().rounded().get(BlockTensor.QUERY);
            assertThat(query)
                    .isInstanceOfSatisfying(
                            Split.class,
                            split -> assertThat(split.segments())
                                    .extracting(StoredWeight::columns)
                                    .containsExactly(48, 16));
            NDArray output = block.quantized(0, stored(block));
            assertThat(TinyBlock.error(output, block.expected(0, BlockObserver.NONE)))
                    .isLessThan(0.2);
        }
    }
}
