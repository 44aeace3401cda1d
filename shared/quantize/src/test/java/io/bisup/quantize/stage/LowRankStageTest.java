package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.LowRank.Reads;
import io.bisup.contract.recipe.LowRank.Start;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
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
import org.junit.jupiter.params.provider.ValueSource;

class LowRankStageTest {
    private static final Rounding NEAREST = new Rounding.Nearest();

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static LowRank lowRank(int rank, Start start, int outliers) {
        return new LowRank(rank, 1, start, Reads.EXACT, outliers);
    }

    /** Weights at three bits, one scale a row, v as it is. */
    private static TinyBlock block(LowRank lowRank, @Nullable Learning learning, Transform... transforms) {
        Precision precision = new Precision(
                Format.integer(3, true, new Scope.Row()),
                Format.exact(),
                CacheFormat.exact(),
                null,
                Map.of("v", Format.exact()));
        Recipe recipe = TinyModels.recipe(List.of(transforms), precision, Ranges.FULL, NEAREST, lowRank, learning);
        return new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1));
    }

    private static TinyBlock compensated(LowRank lowRank) {
        TinyBlock block = block(lowRank, null);
        if (lowRank.outliers() > 0) {
            Applied.to(block, new KeepOutStage(lowRank), new RoundStage(NEAREST), new LowRankStage(lowRank));
        } else {
            Applied.to(block, new RoundStage(NEAREST), new LowRankStage(lowRank));
        }
        return block;
    }

    /** Relative error of the block's output with the draft's codes and branches. */
    private static double error(TinyBlock block) {
        Map<BlockTensor, NDArray> weights =
                new EnumMap<>(block.operands().weights().tensors());
        for (Map.Entry<BlockTensor, StoredWeight> codes :
                block.draft().rounded().entrySet()) {
            weights.put(codes.getKey(), codes.getValue().dequantize(block.work().runtime()));
        }
        NDArray actual = block.quantized(0, new DecoderBlockWeights(weights));
        return TinyBlock.error(actual, block.expected(0, BlockObserver.NONE));
    }

    private static double error(int rank, Start start, int outliers) {
        try (TinyBlock block = compensated(lowRank(rank, start, outliers))) {
            return error(block);
        }
    }

    /** L2, in a whole block: whitened at most plain, plain less than none. */
    @ParameterizedTest
    @ValueSource(ints = {2, 8, 24})
    void branchesRestoreWhatRoundingTook(int rank) {
        double none;
        try (TinyBlock block = block(lowRank(rank, Start.SVD, 0), null)) {
            Applied.to(block, new RoundStage(NEAREST));
            none = error(block);
        }
        double plain = error(rank, Start.SVD, 0);
        assertThat(plain).isLessThan(none);
        assertThat(error(rank, Start.WHITENED_SVD, 0)).isLessThan(plain);
    }

    /** Whitening is by the inputs as linears read them: in the order, and on the axes, that the maps before them make. */
    @Test
    void whiteningFollowsTheMaps() {
        Transform.Reorder reorder = new Transform.Reorder(null);
        double[] errors = new double[2];
        for (Start start : List.of(Start.WHITENED_SVD, Start.SVD)) {
            LowRank lowRank = lowRank(8, start, 0);
            try (TinyBlock block = block(lowRank, null, reorder)) {
                Applied.to(block, new ReorderStage(reorder), new RoundStage(NEAREST), new LowRankStage(lowRank));
                errors[start == Start.SVD ? 1 : 0] = error(block);
            }
        }
        assertThat(errors[0]).isLessThan(errors[1]);
    }

    /** Columns that were kept out come back with the branch. */
    @Test
    void branchesCarryTheColumnsThatWereKeptOut() {
        try (TinyBlock without = block(lowRank(16, Start.WHITENED_SVD, 4), null)) {
            Applied.to(without, new KeepOutStage(lowRank(16, Start.WHITENED_SVD, 4)), new RoundStage(NEAREST));
            assertThat(error(16, Start.WHITENED_SVD, 4)).isLessThan(0.2 * error(without));
        }
    }

    /** Before learning a branch that starts at zero changes no bit (B1). */
    @Test
    void aZeroStartChangesNothing() {
        LowRank zero = lowRank(4, Start.ZERO, 0);
        try (TinyBlock plain = block(zero, TinyModels.learning(Learning.Space.LOW_RANK));
                TinyBlock block = block(zero, TinyModels.learning(Learning.Space.LOW_RANK))) {
            Applied.to(block, new LowRankStage(zero));
            assertThat(block.draft().lowRankFactors()).hasSize(12);
            assertThat(block.nearest(0).toFloatArray())
                    .isEqualTo(plain.nearest(0).toFloatArray());
            LowRankBranch up = block.operands().branches().get(BlockTensor.UP);
            assertThat(up.a().toFloatArray()).containsOnly(0);
            assertThat(up.b().square().mean().getFloat() * 64).isBetween(0.7f, 1.3f);
        }
    }

    /** There is no error where nothing is rounded. */
    @Test
    void whatStaysExactHasNoBranch() {
        try (TinyBlock block = compensated(lowRank(4, Start.WHITENED_SVD, 0))) {
            assertThat(block.operands().branches())
                    .containsOnlyKeys(BlockSites.LINEARS.stream()
                            .filter(linear -> linear != BlockTensor.VALUE)
                            .toArray(BlockTensor[]::new));
        }
    }

    /** Draws come from the recipe's seed: a resumed run finds the same branches. */
    @Test
    void branchesRepeat() {
        for (Start start : Start.values()) {
            LowRank lowRank = lowRank(4, start, 0);
            Learning learning = TinyModels.learning(Learning.Space.LOW_RANK);
            try (TinyBlock a = block(lowRank, learning);
                    TinyBlock b = block(lowRank, learning)) {
                Applied.to(a, new LowRankStage(lowRank));
                Applied.to(b, new LowRankStage(lowRank));
                LowRankBranch first = a.operands().branches().get(BlockTensor.DOWN);
                LowRankBranch second = b.operands().branches().get(BlockTensor.DOWN);
                assertThat(second.a().toFloatArray()).isEqualTo(first.a().toFloatArray());
                assertThat(second.b().toFloatArray()).isEqualTo(first.b().toFloatArray());
            }
        }
    }
}
