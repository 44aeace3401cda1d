package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.kernel.LearningKernels;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * Tries clip factors of inputs and cache on a few samples, all in one pass through the block with nothing quantized. Of the
 * cache only squared errors per head and factor are kept.
 */
final class PathRangeSearch {

    private static final int SEARCHED_SAMPLES = 4;

    private final BlockWork work;
    private final boolean inputs;
    private final boolean cache;
    private final double[] factors = ClipGrid.factors();
    private final Map<Site, double[]> errors = new EnumMap<>(Site.class);
    private final BlockOperands operands;
    private final Map<Site, OutputLoss> losses = new EnumMap<>(Site.class);
    private final List<NDArray> keyErrors = new ArrayList<>();
    private final List<NDArray> valueErrors = new ArrayList<>();

    /** Searches at once what is wanted; tensors of the result belong to the open scope. */
    PathRangeSearch(BlockWork work, Draft draft, boolean inputs, boolean cache) {
        this.work = work;
        this.inputs = inputs;
        this.cache = cache;
        this.operands = draft.operands(work.kernels());
        if (inputs) {
            DecoderBlockWeights rounded = work.planned().roundedToNearest(work.layer(), work.kernels(), operands);
            for (Site site : BlockSites.INPUTS) {
                errors.put(site, new double[factors.length]);
                losses.put(site, new OutputLoss(work.kernels(), of(operands.weights(), site), of(rounded, site)));
            }
        }
        if (inputs || cache) {
            DecoderBlock block = work.planned().exact(work.layer(), operands);
            for (int sample = 0; sample < Math.min(SEARCHED_SAMPLES, work.startSamples()); sample++) {
                work.control().checkpoint();
                see(block, draft, sample);
            }
        }
    }

    /** The errors of the cache belong to the scope around this one, so that they are freed where the search is stopped. */
    private void see(DecoderBlock block, Draft draft, int sample) {
        Kernels kernels = work.kernels();
        Tensors.manyInScope(() -> {
            List<NDArray> kept = new ArrayList<>();
            NDArray input = work.samples().input(sample);
            block.run(kernels, input, work.angles(), draft.context(kernels), new BlockObserver() {
                @Override
                public void input(Site site, InputPath.Read read) {
                    if (inputs) {
                        tryFactors(site, read.exact());
                    }
                }

                @Override
                public void keys(NDArray keys) {
                    kept.addAll(
                            errors(keyErrors, centred(keys), work.plan().cache().keys()));
                }

                @Override
                public void values(NDArray values) {
                    kept.addAll(errors(valueErrors, values, work.plan().cache().values()));
                }
            });
            return kept.toArray(NDArray[]::new);
        });
    }

    private void tryFactors(Site site, NDArray exact) {
        OutputLoss loss = Objects.requireNonNull(losses.get(site));
        double[] sums = Objects.requireNonNull(errors.get(site));
        try (NDArray wanted = loss.wanted(exact)) {
            for (int i = 0; i < sums.length; i++) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    sums[i] += loss.of(wanted, quantized(site, exact, (float) factors[i]));
                }
            }
        }
    }

    private NDArray quantized(Site site, NDArray exact, float factor) {
        NDArray clip = Tensors.floats(work.runtime().manager(), new float[] {factor}, 1);
        List<InputPath.Segment> segments = work.plan().inputSegments(site).stream()
                .map(segment -> new InputPath.Segment(segment.columns(), segment.format(), clip))
                .toList();
        return new InputPath(List.of(), segments).read(work.kernels(), exact).quantized();
    }

    private static NDArray[] of(DecoderBlockWeights weights, Site site) {
        return BlockSites.readers(site).stream().map(weights::get).toArray(NDArray[]::new);
    }

    /** Keys as the quantizer sees them: (k − c) R. */
    private NDArray centred(NDArray keys) {
        NDArray offset = operands.keyOffset();
        ChannelMap rotation = work.planned().rotations().keys();
        NDArray centred = offset == null ? keys : keys.sub(offset);
        return rotation == null ? centred : rotation.apply(work.kernels(), centred);
    }

    /** Adds the errors of one sample's keys or values to those seen; returns what it added. */
    private List<NDArray> errors(List<NDArray> seen, NDArray x, Format format) {
        if (!cache || !format.quantizes()) {
            return List.of();
        }
        NDArray found = StatisticsKernels.cacheErrors(work.kernels(), x, factors, format);
        seen.add(found);
        return List.of(found);
    }

    /** The factor with the least output error of an input's linears. */
    double inputFactor(Site site) {
        double[] sums = errors.getOrDefault(site, new double[0]);
        int best = 0;
        for (int i = 1; i < sums.length; i++) {
            best = sums[i] < sums[best] ? i : best;
        }
        return factors[best];
    }

    /** Logits of the factors with the least error of each head's keys, [kv heads, 1, 1]. */
    NDArray keyLogits(boolean learnt) {
        return logits(keyErrors, learnt);
    }

    /** The same of values. */
    NDArray valueLogits(boolean learnt) {
        return logits(valueErrors, learnt);
    }

    private NDArray logits(List<NDArray> seen, boolean learnt) {
        NDArray best = StatisticsKernels.bestFactors(work.kernels(), seen.toArray(NDArray[]::new), factors);
        seen.forEach(NDArray::close);
        return LearningKernels.clipLogit(work.kernels(), best, ClipGrid.largest(learnt));
    }
}
