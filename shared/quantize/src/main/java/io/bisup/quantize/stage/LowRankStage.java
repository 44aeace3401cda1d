package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Branch;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.compensate.WhitenedSvd;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Low-rank branches of the error that rounding leaves in each weight. Before learning (Θ3's start) it is the error of rounding to
 * nearest; where nothing is learnt it is the error of the codes (ASER).
 */
final class LowRankStage implements BlockStage {

    private final LowRank lowRank;

    LowRankStage(LowRank lowRank) {
        this.lowRank = lowRank;
    }

    @Override
    public Set<Statistic> needs() {
        return lowRank.start() == LowRank.Start.WHITENED_SVD ? Set.of(Statistic.SECOND_MOMENTS) : Set.of();
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            BlockOperands operands = draft.operands(work.kernels());
            DecoderBlockWeights nearest = work.planned().roundedToNearest(work.layer(), work.kernels(), operands);
            for (Site site : BlockSites.INPUTS) {
                work.control().checkpoint();
                branches(work, statistics, draft, site, operands.weights(), nearest);
            }
        }
    }

    private void branches(
            BlockWork work,
            Statistics statistics,
            Draft draft,
            Site site,
            DecoderBlockWeights exact,
            DecoderBlockWeights nearest) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            WhitenedSvd svd = new WhitenedSvd(work.runtime(), work.seeds().random(work.layer(), "low rank " + site));
            NDArray root = root(work, statistics, svd, site, draft.siteMaps(work.kernels()));
            for (BlockTensor linear : BlockSites.readers(site)) {
                if (work.plan().weightSegments(work.layer(), linear).isEmpty()) {
                    continue;
                }
                StoredWeight codes = draft.rounded().get(linear);
                NDArray rounded = codes == null ? nearest.get(linear) : codes.dequantize(work.runtime());
                NDArray error = exact.get(linear).sub(rounded);
                draft.branch(
                        linear,
                        switch (lowRank.start()) {
                            case WHITENED_SVD, SVD -> svd.factor(error, root, lowRank.rank(), lowRank.energy());
                            case ZERO -> zero(work, error, site);
                        });
            }
        }
    }

    /** S of the mapped input, or the identity where inputs are not looked at. */
    private NDArray root(BlockWork work, Statistics statistics, WhitenedSvd svd, Site site, List<SiteMap> maps) {
        return switch (lowRank.start()) {
            case WHITENED_SVD -> svd.root(statistics.moments(site, maps), statistics.tokens());
            case SVD, ZERO -> work.runtime().manager().eye(work.plan().width(site));
        };
    }

    /** A = 0 and B Gaussian with variance 1/in (rsLoRA's start, arXiv 2312.03732). */
    private Branch zero(BlockWork work, NDArray error, Site site) {
        long in = error.getShape().get(1);
        RandomGenerator random = work.seeds().random(work.layer(), "branch " + site);
        float[] values = new float[Math.toIntExact(lowRank.rank() * in)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt((double) in));
        }
        return new Branch(
                work.runtime().manager().zeros(new Shape(error.getShape().get(0), lowRank.rank())),
                Tensors.floats(work.runtime().manager(), values, lowRank.rank(), in));
    }
}
