package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.weight.MomentSum;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What calibration saw of one block: its inputs on the quantized stream, before quantization, over the samples that are not held
 * out. Tensors outlive every scope and belong to this object.
 */
public final class Statistics implements AutoCloseable {

    private final BlockWork work;
    private final Set<Statistic> wanted;
    private final TensorOwner owner = new TensorOwner();
    private final Map<Site, NDArray> absMax = new EnumMap<>(Site.class);
    private final Map<Site, NDArray> squares = new EnumMap<>(Site.class);
    private final Map<Site, MomentSum> moments = new EnumMap<>(Site.class);
    private final NDArray keys;
    private long tokens;

    private Statistics(BlockWork work, Set<Statistic> wanted) {
        this.work = work;
        this.wanted = wanted;
        for (Site site : BlockSites.INPUTS) {
            int width = work.plan().width(site);
            if (wanted.contains(Statistic.ABS_MAX)) {
                absMax.put(site, zeros(new Shape(width)));
            }
            if (wanted.contains(Statistic.SECOND_MOMENTS)) {
                moments.put(site, owner.own(new MomentSum(work.runtime(), width, false)));
            } else if (wanted.contains(Statistic.MEAN_SQUARE)) {
                squares.put(site, zeros(new Shape(width)));
            }
        }
        DecoderConfig config = work.plan().config();
        this.keys = zeros(new Shape(1, config.keyValueHeads(), 1, config.headDim()));
    }

    private NDArray zeros(Shape shape) {
        return owner.own(work.runtime().manager().zeros(shape));
    }

    /** Takes the samples through the block as {@code draft} has it, nothing quantized; none where nothing is wanted. */
    static Statistics collect(BlockWork work, Draft draft, Set<Statistic> wanted) {
        Statistics statistics = new Statistics(work, wanted);
        try (NDScope scope = new NDScope();
                TensorOwner building = new TensorOwner()) {
            scope.suppressNotUsedWarning();
            building.own(statistics);
            if (!wanted.isEmpty()) {
                DecoderBlock block = work.planned().exact(work.layer(), draft.operands(work.kernels()));
                for (int sample = 0; sample < work.startSamples(); sample++) {
                    work.control().checkpoint();
                    statistics.see(block, draft, sample);
                }
            }
            return building.handOver(statistics);
        }
    }

    private void see(DecoderBlock block, Draft draft, int sample) {
        Kernels kernels = work.kernels();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray input = work.samples().input(sample);
            tokens += input.getShape().get(1);
            block.run(kernels, input, work.angles(), draft.context(kernels), new BlockObserver() {
                @Override
                public void input(Site site, InputPath.Read read) {
                    add(kernels, site, read.raw());
                }

                @Override
                public void keys(NDArray fresh) {
                    if (wanted.contains(Statistic.KEY_MEAN)) {
                        StatisticsKernels.addKeys(kernels, keys, fresh);
                    }
                }
            });
        }
    }

    private void add(Kernels kernels, Site site, NDArray x) {
        if (wanted.contains(Statistic.ABS_MAX)) {
            NDArray running = absMax(site);
            StatisticsKernels.absMax(kernels, running, x).copyTo(running);
        }
        MomentSum sum = moments.get(site);
        if (sum != null) {
            sum.add(x);
        }
        NDArray running = squares.get(site);
        if (running != null) {
            StatisticsKernels.addSquares(kernels, running, x);
        }
    }

    /** Largest magnitude of each channel of an input, [in]. */
    public NDArray absMax(Site site) {
        return required(absMax.get(site), "largest magnitudes");
    }

    /** Σ x² over all tokens of each channel, [in], made in the open scope. */
    public NDArray squares(Site site) {
        MomentSum sum = moments.get(site);
        return sum == null
                ? required(squares.get(site), "second moments")
                : StatisticsKernels.diagonal(work.kernels(), sum.moments().gram());
    }

    /** Σ x xᵀ over all tokens, behind the given maps of the site, [in, in], made in the open scope. */
    public NDArray moments(Site site, List<SiteMap> maps) {
        NDArray mapped = required(moments.get(site), "second moments").moments().gram();
        for (SiteMap map : maps) {
            if (map.site() == site) {
                mapped = bothSides(map.reads(), mapped);
            }
        }
        return mapped;
    }

    /** Mᵀ G M. */
    private NDArray bothSides(ChannelMap map, NDArray gram) {
        Kernels kernels = work.kernels();
        NDArray half = map.apply(kernels, gram);
        return map.apply(kernels, StatisticsKernels.transpose(kernels, half));
    }

    /** Mean of each key channel, [1, kv heads, 1, head dim], made in the open scope. */
    public NDArray keyMean() {
        return keys.div(work.runtime().manager().full(new Shape(1), (float) tokens));
    }

    /** Number of tokens seen. */
    public long tokens() {
        return tokens;
    }

    private static <T> T required(@Nullable T seen, String what) {
        if (seen == null) {
            throw new IllegalStateException("a stage reads " + what + " without having asked for them");
        }
        return seen;
    }

    @Override
    public void close() {
        owner.close();
    }
}
