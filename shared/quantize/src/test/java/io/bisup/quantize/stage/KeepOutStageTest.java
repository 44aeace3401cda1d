package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** ASER §3.3. */
class KeepOutStageTest {
    private static final int OUTLIERS = 4;

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock keptOut() {
        LowRank lowRank = new LowRank(8, 1, LowRank.Start.WHITENED_SVD, LowRank.Reads.EXACT, OUTLIERS);
        Precision weightsAlone = new Precision(
                Format.integer(4, true, new Scope.Row()), Format.exact(), CacheFormat.exact(), null, Map.of());
        Recipe recipe = TinyModels.recipe(List.of(), weightsAlone, Ranges.FULL, new Rounding.Nearest(), lowRank, null);
        TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1));
        Applied.to(block, new KeepOutStage(lowRank));
        return block;
    }

    /** Columns that became 0, and those that did not are as they were. */
    private static List<Integer> zeroed(NDArray left, NDArray whole) {
        float[] rest = left.toFloatArray();
        float[] full = whole.toFloatArray();
        int columns = Math.toIntExact(whole.getShape().get(1));
        TreeMap<Integer, Boolean> zero = new TreeMap<>();
        for (int i = 0; i < full.length; i++) {
            zero.merge(i % columns, rest[i] == 0 && full[i] != 0, Boolean::logicalAnd);
        }
        for (int i = 0; i < full.length; i++) {
            if (!zero.get(i % columns)) {
                assertThat(rest[i]).isEqualTo(full[i]);
            }
        }
        return zero.entrySet().stream()
                .filter(Map.Entry::getValue)
                .map(Map.Entry::getKey)
                .toList();
    }

    @ParameterizedTest
    @EnumSource(names = {"QKV", "O", "GATE_UP", "DOWN"})
    void theColumnsOfTheLargestProductsAreTakenOut(Site site) {
        try (TinyBlock block = keptOut()) {
            DecoderBlockWeights whole = block.operands().weights();
            DecoderBlockWeights left = block.draft().quantizable(block.work().kernels(), whole);
            double[] magnitudes = rootMeanSquares(block, site);
            for (BlockTensor linear : BlockSites.readers(site)) {
                List<Integer> taken = zeroed(left.get(linear), whole.get(linear));
                assertThat(taken).as("%s", linear).hasSize(OUTLIERS);
                double least = taken.stream()
                        .mapToDouble(column -> product(magnitudes, whole.get(linear), column))
                        .min()
                        .orElseThrow();
                for (int column = 0; column < magnitudes.length; column++) {
                    if (!taken.contains(column)) {
                        assertThat(product(magnitudes, whole.get(linear), column))
                                .isLessThanOrEqualTo(least * 1.0001);
                    }
                }
            }
        }
    }

    private static double product(double[] inputs, NDArray weight, int column) {
        return inputs[column] * weight.get(":, " + column).abs().max().getFloat();
    }

    private static double[] rootMeanSquares(TinyBlock block, Site wanted) {
        double[] squares = new double[block.work().plan().width(wanted)];
        for (int sample = 0; sample < TinyBlock.SAMPLES; sample++) {
            block.unrounded(sample, new BlockObserver() {
                @Override
                public void input(Site site, InputPath.Read read) {
                    float[] values = site == wanted ? read.exact().toFloatArray() : new float[0];
                    for (int i = 0; i < values.length; i++) {
                        squares[i % squares.length] += (double) values[i] * values[i];
                    }
                }
            });
        }
        for (int i = 0; i < squares.length; i++) {
            squares[i] = Math.sqrt(squares[i]);
        }
        return squares;
    }

    /** What is taken out of the rounding stays in the function: the branch is fitted to it. */
    @Test
    void theWeightsOfTheBlockStayWhole() {
        try (TinyBlock block = keptOut()) {
            assertThat(TinyBlock.relative(
                            block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE)))
                    .isZero();
        }
    }
}
