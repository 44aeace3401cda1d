package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Takes the columns of outlier channels out of what is rounded, for the low-rank branch to carry (ASER, arXiv 2411.07762, §3.3).
 * Outliers are the channels with the largest product of input and weight magnitudes.
 */
final class KeepOutStage implements BlockStage {

    private final LowRank lowRank;

    KeepOutStage(LowRank lowRank) {
        this.lowRank = lowRank;
    }

    @Override
    public Set<Statistic> needs() {
        return Set.of(Statistic.SECOND_MOMENTS);
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            DecoderBlockWeights folded = draft.operands(work.kernels()).weights();
            for (Site site : BlockSites.INPUTS) {
                NDArray squares = StatisticsKernels.diagonal(
                        work.kernels(), statistics.moments(site, draft.siteMaps(work.kernels())));
                float[] inputs = squares.toFloatArray();
                for (BlockTensor linear : BlockSites.readers(site)) {
                    draft.keepOut(linear, mask(work, inputs, folded.get(linear)));
                }
            }
        }
    }

    private NDArray mask(BlockWork work, float[] squares, NDArray weight) {
        float[] columns = StatisticsKernels.columnAbsMax(work.kernels(), weight).toFloatArray();
        float[] mask = new float[columns.length];
        Arrays.fill(mask, 1);
        IntStream.range(0, mask.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -Math.sqrt(squares[i]) * columns[i]))
                .limit(lowRank.outliers())
                .forEach(i -> mask[i] = 0);
        return Tensors.floats(work.runtime().manager(), mask, mask.length);
    }
}
