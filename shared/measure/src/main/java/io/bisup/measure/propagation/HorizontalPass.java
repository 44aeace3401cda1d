package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.PropagationResult.Bin;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.Tensors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * From token to token (methods §2.2): of the quantized model with nothing rounded at run time, each bin's keys and values are rounded
 * as its cache rounds them, in one block alone, and the errors behind that block are taken. The prefix's are exact, so its rows are 0.
 *
 * <p>Cost: for a window and a block two passes, and one for each bin over the tokens from that bin on: about 18 passes of a whole
 * window. Nothing is computed for a block whose cache is exact, but its pass.
 */
public final class HorizontalPass implements AutoCloseable {

    private final LanguageModel model;
    private final PropagationKernels kernels;
    private final List<Bin> bins;
    private final TensorOwner owner = new TensorOwner();
    private final List<NDArray> states = new ArrayList<>();
    private final List<BlockMap> results = new ArrayList<>();

    /**
     * What was found in one block.
     *
     * @param later mean error of all tokens behind a bin, over its width
     * @param map by bin that is rounded and bin where the error is taken, over the first one's width
     */
    @SuppressWarnings("ArrayRecordComponent") // made once a block, never compared
    public record BlockMap(double[] later, double[][] map) {}

    /**
     * The windows before the first block.
     *
     * @param bins of the prefix's and a window's positions
     */
    public HorizontalPass(LanguageModel model, PropagationKernels kernels, List<Bin> bins, List<long[]> windows) {
        this.model = model;
        this.kernels = kernels;
        this.bins = bins;
        owner.own(() -> states.forEach(NDArray::close));
        try (TensorOwner building = new TensorOwner()) {
            building.own(owner);
            windows.forEach(window -> states.add(Tensors.unscoped(model.embed(window))));
            building.handOver(this);
        }
    }

    /** Passes all windows through one block; {@code step} is called after each. */
    public void block(int layer, Runnable step) {
        model.withBlock(layer, (block, angles, prefix) -> {
            BlockMap sums = new BlockMap(new double[bins.size()], new double[bins.size()][bins.size()]);
            for (int i = 0; i < states.size(); i++) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    NDArray next = new Window(block, angles, prefix, states.get(i)).measure(sums);
                    NDArray before = states.set(i, Tensors.unscoped(next));
                    before.close();
                }
                step.run();
            }
            results.add(sums);
        });
    }

    /** What was found so far, a block each. */
    public List<BlockMap> results() {
        return List.copyOf(results);
    }

    /** One window in one block. */
    private final class Window {
        private final DecoderBlock.Parts parts;
        private final DecoderBlock exact;
        private final RotaryEmbedding angles;
        private final AttentionContext prefix;
        private final NDArray hidden;

        Window(DecoderBlock block, RotaryEmbedding angles, AttentionContext prefix, NDArray hidden) {
            this.parts = block.parts();
            this.exact =
                    unrounded(parts, CachePath.exact(model.runtime().manager().create(new Shape(0))));
            this.angles = angles;
            this.prefix = prefix;
            this.hidden = hidden;
        }

        /** Adds the errors of this window, over the number of windows; returns the exact states behind the block. */
        NDArray measure(BlockMap sums) {
            CachePath cache = parts.cache();
            try (Seen own = new Seen(prefix);
                    Seen rounded = new Seen(prefix)) {
                NDArray next = pass(exact, hidden, own);
                if (cache.keys().quantizes() || cache.values().quantizes()) {
                    pass(unrounded(parts, cache), hidden, rounded);
                    for (int row = 0; row < bins.size(); row++) {
                        if (!bins.get(row).prefix()) {
                            add(row, own.all(), rounded.all(), next, sums);
                        }
                    }
                }
                return next;
            }
        }

        /** The tokens before a bin are as they were: only those from it on are computed. */
        private void add(int row, KeyValues own, KeyValues rounded, NDArray next, BlockMap sums) {
            Bin bin = bins.get(row);
            int start = Math.toIntExact(bin.first() - prefix.length());
            double[] errors;
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                KeyValues mixed = new KeyValues(
                        kernels.splice(own.keys(), rounded.keys(), bin.first(), bin.width()),
                        kernels.splice(own.values(), rounded.values(), bin.first(), bin.width()));
                NDArray got = pass(exact, from(hidden, start), new Given(bin.first(), mixed));
                errors = kernels.relativeErrors(from(next, start), got);
            }
            double share = 1.0 / (bin.width() * (double) states.size());
            for (int column = row; column < bins.size(); column++) {
                Bin read = bins.get(column);
                sums.map()[row][column] +=
                        share * mean(errors, read.first() - bin.first(), read.last() + 1 - bin.first());
            }
            sums.later()[row] += share * mean(errors, bin.width(), errors.length);
        }

        private NDArray pass(DecoderBlock block, NDArray x, AttentionContext context) {
            return block.forward(model.runtime().kernels(), x, angles, context);
        }

        private NDArray from(NDArray x, int start) {
            return ScoreKernels.positions(
                    model.runtime().kernels(), x, start, x.getShape().get(1) - start);
        }
    }

    /** The block with inputs as they come, products in float32 and a cache of one's choice; the parts stay the block's. */
    private static DecoderBlock unrounded(DecoderBlock.Parts parts, CachePath cache) {
        Map<Site, InputPath> inputs = new EnumMap<>(Site.class);
        parts.inputs().forEach((site, path) -> inputs.put(site, new InputPath(path.online(), List.of())));
        return new DecoderBlock(new DecoderBlock.Parts(
                parts.config(), parts.norms(), parts.linears(), inputs, cache, parts.window(), false));
    }

    private static double mean(double[] values, int from, int to) {
        return from == to ? 0 : Arrays.stream(values, from, to).average().orElseThrow();
    }

    /** Keeps all keys and values that attention reads, until it is closed. */
    private static final class Seen implements AttentionContext, AutoCloseable {
        private final AttentionContext before;
        private final TensorOwner owner = new TensorOwner();
        private @Nullable KeyValues seen;

        Seen(AttentionContext before) {
            this.before = before;
        }

        KeyValues all() {
            if (seen == null) {
                throw new IllegalStateException("nothing has passed");
            }
            return seen;
        }

        @Override
        public long length() {
            return before.length();
        }

        @Override
        public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
            KeyValues all = before.extend(kernels, fresh);
            seen = new KeyValues(owner.own(all.keys()), owner.own(all.values()));
            return all;
        }

        @Override
        public void close() {
            owner.close();
        }
    }

    /** Puts known keys and values in the place of all that a pass computes. */
    private record Given(long length, KeyValues all) implements AttentionContext {
        @Override
        public KeyValues extend(KernelCalls kernels, KeyValues fresh) {
            return all;
        }
    }

    @Override
    public void close() {
        owner.close();
    }
}
