package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform.Smooth;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.Permutation;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.block.Smoothing;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.Set;

/** Θ2 before learning: SmoothQuant's factors (arXiv 2211.10438, eq. 4), or ones. */
final class SmoothStage implements BlockStage {

    private final Smooth smooth;

    SmoothStage(Smooth smooth) {
        this.smooth = smooth;
    }

    @Override
    public Set<Statistic> needs() {
        return smooth.start() == Smooth.Start.SMOOTHQUANT ? Set.of(Statistic.ABS_MAX) : Set.of();
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        for (Site site : smooth.sites()) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                draft.maps().append(smoothing(work, statistics, draft, site));
            }
        }
    }

    private Smoothing smoothing(BlockWork work, Statistics statistics, Draft draft, Site site) {
        if (smooth.form() == Smooth.Form.EXPONENT && site != Site.QUERY_KEY) {
            double logit = Math.log(smooth.alpha() / (1 - smooth.alpha()));
            return new Smoothing(
                    site,
                    new Smoothing.Form.Exponent(inputs(work, statistics, site).duplicate(), weights(work, site), logit),
                    work.runtime().manager().zeros(new Shape(1)));
        }
        NDArray start = start(work, statistics, site);
        NDArray bound = work.runtime().manager().full(start.getShape(), (float) Math.log(smooth.bound()));
        if (smooth.spareKeepers()) {
            NDArray spared = spared(work, draft, site);
            start = start.mul(spared).add(spared.onesLike().sub(spared));
            bound = bound.mul(spared);
        }
        return new Smoothing(site, new Smoothing.Form.Bounded(start, bound), start.zerosLike());
    }

    private NDArray start(BlockWork work, Statistics statistics, Site site) {
        DecoderConfig config = work.plan().config();
        if (site == Site.QUERY_KEY) {
            long heads = config.queryKeyNorm() ? 1 : config.keyValueHeads();
            return work.runtime().manager().ones(new Shape(heads, config.headDim() / 2));
        }
        return switch (smooth.start()) {
            case ONES ->
                work.runtime()
                        .manager()
                        .ones(new Shape(
                                site == Site.O
                                        ? config.keyValueWidth()
                                        : work.plan().width(site)));
            case SMOOTHQUANT ->
                StatisticsKernels.smoothQuant(
                        work.kernels(), inputs(work, statistics, site), weights(work, site), smooth.alpha());
        };
    }

    private static NDArray inputs(BlockWork work, Statistics statistics, Site site) {
        return perFactor(work, site, statistics.absMax(site));
    }

    private static NDArray weights(BlockWork work, Site site) {
        NDArray[] readers =
                BlockSites.readers(site).stream().map(work.weights()::get).toArray(NDArray[]::new);
        return perFactor(work, site, StatisticsKernels.columnAbsMax(work.kernels(), readers));
    }

    /** [in] to [factors]: the largest over the query heads that share a key-value head, at o. */
    private static NDArray perFactor(BlockWork work, Site site, NDArray perChannel) {
        DecoderConfig config = work.plan().config();
        return site == Site.O
                ? StatisticsKernels.sharedAbsMax(
                        work.kernels(), perChannel, config.attentionHeads(), config.keyValueHeads())
                : perChannel;
    }

    /** 0 for the factors of channels that are kept at more bits, else 1. */
    private static NDArray spared(BlockWork work, Draft draft, Site site) {
        Keepers keepers = work.plan().keepers();
        Permutation permutation = draft.maps().permutation(site);
        DecoderConfig config = work.plan().config();
        int factors = site == Site.O ? config.keyValueWidth() : work.plan().width(site);
        float[] mask = new float[factors];
        java.util.Arrays.fill(mask, 1);
        if (keepers != null && permutation != null) {
            long[] order = permutation.order();
            for (int i = order.length - keepers.channels(); i < order.length; i++) {
                mask[factor(config, site, Math.toIntExact(order[i]))] = 0;
            }
        }
        return Tensors.floats(work.runtime().manager(), mask, factors);
    }

    /** The factor that a channel shares with those of other query heads, at o. */
    private static int factor(DecoderConfig config, Site site, int channel) {
        if (site != Site.O) {
            return channel;
        }
        int queriesPerHead = config.attentionHeads() / config.keyValueHeads();
        int head = channel / config.headDim();
        return head / queriesPerHead * config.headDim() + channel % config.headDim();
    }
}
