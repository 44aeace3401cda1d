package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.weight.SecondMoments;
import io.bisup.llm.weight.WeightKernels;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.Smoothing;
import io.bisup.quantize.kernel.LearningKernels;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.List;
import java.util.Set;

/** AWQ (arXiv 2306.00978, section 3.2): s = rms(x)^ρ, ρ in steps of 1/grid by the output error of the linears that read x. */
final class ScaleSearchStage implements BlockStage {

    private static final List<Site> SITES = List.of(Site.QKV, Site.GATE_UP, Site.DOWN);

    private final int grid;

    ScaleSearchStage(int grid) {
        this.grid = grid;
    }

    @Override
    public Set<Statistic> needs() {
        return Set.of(Statistic.SECOND_MOMENTS);
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        for (Site site : SITES) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray moments = statistics.moments(site, draft.siteMaps(work.kernels()));
                NDArray s = best(work, draft, site, SecondMoments.of(moments, statistics.tokens()));
                draft.maps().append(new Smoothing(site, new Smoothing.Form.Bounded(s, s.zerosLike()), s.zerosLike()));
            }
        }
    }

    /** Rounding to nearest, ρ = 0, stays where nothing is better. */
    private NDArray best(BlockWork work, Draft draft, Site site, SecondMoments inputs) {
        DecoderBlockWeights weights = draft.operands(work.kernels()).weights();
        NDArray rms = StatisticsKernels.diagonal(work.kernels(), inputs.gram()).sqrt();
        NDArray best = rms.onesLike();
        double least = error(work, weights, site, best, inputs);
        for (int step = 1; step <= grid; step++) {
            double rho = (double) step / grid;
            NDArray s = StatisticsKernels.smoothQuant(work.kernels(), rms, rms.onesLike(), rho);
            double error = error(work, weights, site, s, inputs);
            if (error < least) {
                least = error;
                best = s;
            }
        }
        return best;
    }

    /** Σ E‖(W − Q(W s) / s) x‖² over the linears that read a site. */
    private static double error(
            BlockWork work, DecoderBlockWeights weights, Site site, NDArray s, SecondMoments inputs) {
        Kernels kernels = work.kernels();
        WeightKernels quantizer = new WeightKernels(work.runtime());
        double sum = 0;
        for (BlockTensor linear : BlockSites.readers(site)) {
            for (Segment segment : work.plan().weightSegments(work.layer(), linear)) {
                Format format = segment.format();
                NDArray scaled = LearningKernels.scaleColumns(kernels, weights.get(linear), s);
                NDArray rounded = quantizer.fake(kernels, scaled, format, null, null);
                NDArray restored = LearningKernels.scaleColumns(
                        kernels, rounded, s.onesLike().div(s));
                sum += quantizer.outputError(weights.get(linear).sub(restored), inputs);
            }
        }
        return sum;
    }
}
