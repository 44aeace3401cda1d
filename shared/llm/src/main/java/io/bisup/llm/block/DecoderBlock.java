package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.kernel.AttentionKernels;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Tensors;
import java.util.EnumMap;
import java.util.Map;

/**
 * The graph of one block: pre-norm attention and a gated feed-forward layer, each added to the residual stream. The trained
 * block, the block being learnt and the stored block are this graph with other parts; with recording kernels it is trained.
 */
public final class DecoderBlock implements AutoCloseable {

    /**
     * What a block consists of.
     *
     * @param linears one per linear weight
     * @param inputs how each input reaches its linears
     * @param cache how keys and values are stored
     * @param window positions that each query sees, its own included
     * @param lowPrecision whether products are computed in bfloat16
     */
    public record Parts(
            DecoderConfig config,
            BlockNorms norms,
            Map<BlockTensor, Linear> linears,
            Map<Site, InputPath> inputs,
            CachePath cache,
            int window,
            boolean lowPrecision) {
        public Parts {
            linears = Map.copyOf(linears);
            inputs = Map.copyOf(inputs);
        }
    }

    private final Parts parts;
    private final DecoderConfig config;

    /** A block of the given parts, which it frees on close. */
    public DecoderBlock(Parts parts) {
        this.parts = parts;
        this.config = parts.config();
    }

    /** The block of a layer as trained; it frees the weights on close. */
    public static DecoderBlock fullPrecision(
            DecoderConfig config, int layer, DecoderBlockWeights weights, boolean lowPrecision) {
        Map<BlockTensor, Linear> linears = new EnumMap<>(BlockTensor.class);
        for (BlockTensor linear : BlockSites.LINEARS) {
            linears.put(linear, new Linear(weights.get(linear), weights.biasOf(linear), null));
        }
        NDArray none = weights.get(BlockTensor.QUERY).getManager().create(new Shape(0));
        NDScope.unregister(none);
        return new DecoderBlock(new Parts(
                config,
                BlockNorms.of(config, weights),
                linears,
                exactInputs(),
                CachePath.exact(none),
                config.windows().of(layer),
                lowPrecision));
    }

    private static Map<Site, InputPath> exactInputs() {
        Map<Site, InputPath> inputs = new EnumMap<>(Site.class);
        BlockSites.INPUTS.forEach(site -> inputs.put(site, InputPath.EXACT));
        return inputs;
    }

    /**
     * Applies the block to {@code hidden} [batch, time, hidden], which follows a context; the result has the same shape.
     * As {@link #forward(KernelCalls, NDArray, RotaryEmbedding, AttentionContext, BlockObserver)}, unobserved.
     */
    public NDArray forward(KernelCalls kernels, NDArray hidden, RotaryEmbedding rotary, AttentionContext context) {
        return forward(kernels, hidden, rotary, context, BlockObserver.NONE);
    }

    /**
     * Applies the block to the tokens that follow a context.
     *
     * @param hidden [batch, time, hidden]
     * @param rotary angles of every position of the model
     * @return [batch, time, hidden], a tensor of the open scope
     * @throws io.bisup.llm.tensor.KernelException when shapes do not fit, such as a hidden size that is not the model's
     */
    public NDArray forward(
            KernelCalls kernels,
            NDArray hidden,
            RotaryEmbedding rotary,
            AttentionContext context,
            BlockObserver observer) {
        return Tensors.inScope(() -> {
            RotaryEmbedding.Angles angles =
                    context.angles(rotary, hidden.getShape().get(1));
            return run(kernels, hidden, angles, context, observer);
        });
    }

    /**
     * As {@link #forward}, with the angles of the tokens' positions and without a scope of its own, as autograd needs it.
     *
     * @param hidden [batch, time, hidden]
     * @param angles of the positions of {@code hidden}, cosines and sines [time, headDim / 2]
     * @return [batch, time, hidden]
     */
    public NDArray run(
            KernelCalls kernels,
            NDArray hidden,
            RotaryEmbedding.Angles angles,
            AttentionContext context,
            BlockObserver observer) {
        Pass pass = new Pass(kernels, observer);
        NDArray attended = pass.attended(hidden, angles, context);
        NDArray fed = pass.project(BlockTensor.DOWN, pass.gated(attended));
        return LinearKernels.add(kernels, attended, fed);
    }

    /**
     * One input of the block's linears. Nothing behind it is computed; without a scope of its own, as {@link #run}.
     *
     * @param hidden input of the block, [batch, time, hidden]
     * @throws IllegalArgumentException for queries and keys, which no linear reads
     */
    public InputPath.Read input(
            Site site, KernelCalls kernels, NDArray hidden, RotaryEmbedding.Angles angles, AttentionContext context) {
        Pass pass = new Pass(kernels, BlockObserver.NONE);
        return switch (site) {
            case QKV -> pass.normed(hidden);
            case O -> pass.mixed(hidden, angles, context);
            case GATE_UP -> pass.normedAgain(pass.attended(hidden, angles, context));
            case DOWN -> pass.gated(pass.attended(hidden, angles, context));
            case QUERY_KEY -> throw new IllegalArgumentException("no linear reads queries and keys");
        };
    }

    /** One application. */
    private final class Pass {
        private final KernelCalls kernels;
        private final BlockObserver observer;

        Pass(KernelCalls kernels, BlockObserver observer) {
            this.kernels = kernels;
            this.observer = observer;
        }

        /** hidden + o(mixed), [batch, time, hidden]. */
        NDArray attended(NDArray hidden, RotaryEmbedding.Angles angles, AttentionContext context) {
            return LinearKernels.add(kernels, hidden, project(BlockTensor.OUTPUT, mixed(hidden, angles, context)));
        }

        InputPath.Read normed(NDArray hidden) {
            return read(Site.QKV, norms().apply(kernels, hidden, norms().input()));
        }

        /** softmax(q kᵀ / √headDim) v over the preceding positions in the window, heads side by side. */
        InputPath.Read mixed(NDArray hidden, RotaryEmbedding.Angles angles, AttentionContext context) {
            InputPath.Read read = normed(hidden);
            NDArray queries = normedHeads(BlockTensor.QUERY, read, config.attentionHeads(), norms().query());
            NDArray keys = normedHeads(BlockTensor.KEY, read, config.keyValueHeads(), norms().key());
            NDArray values =
                    AttentionKernels.splitHeads(kernels, project(BlockTensor.VALUE, read), config.keyValueHeads());
            observer.values(values);
            KeyValues all = context.extend(
                    kernels,
                    new KeyValues(storedKeys(keys, angles), parts.cache().values(kernels, values)));
            NDArray rotated = rotate(queries, angles);
            observer.attention(rotated, all.keys());
            return read(Site.O, context.attend(kernels, rotated, all, parts.window(), parts.lowPrecision()));
        }

        private NDArray storedKeys(NDArray keys, RotaryEmbedding.Angles angles) {
            CachePath cache = parts.cache();
            if (cache.beforeRope()) {
                observer.keys(keys);
            }
            NDArray rotated = rotate(cache.keysBeforeRope(kernels, keys), angles);
            if (!cache.beforeRope()) {
                observer.keys(rotated);
            }
            return cache.keysAfterRope(kernels, rotated);
        }

        InputPath.Read normedAgain(NDArray attended) {
            return read(Site.GATE_UP, norms().apply(kernels, attended, norms().postAttention()));
        }

        /** SiLU(gate(h)) ⊙ up(h) with h the normalised input. */
        InputPath.Read gated(NDArray attended) {
            InputPath.Read read = normedAgain(attended);
            return read(
                    Site.DOWN,
                    LinearKernels.swiglu(kernels, project(BlockTensor.GATE, read), project(BlockTensor.UP, read)));
        }

        private InputPath.Read read(Site site, NDArray raw) {
            InputPath.Read read = part(parts.inputs(), site).read(kernels, raw);
            observer.input(site, read);
            return read;
        }

        private NDArray project(BlockTensor linear, InputPath.Read read) {
            NDArray output = part(parts.linears(), linear).apply(kernels, read, parts.lowPrecision());
            observer.output(linear, output);
            return output;
        }

        private NDArray normedHeads(
                BlockTensor linear, InputPath.Read read, int heads, @org.jspecify.annotations.Nullable NDArray norm) {
            return norms().apply(kernels, AttentionKernels.splitHeads(kernels, project(linear, read), heads), norm);
        }

        private NDArray rotate(NDArray x, RotaryEmbedding.Angles angles) {
            return AttentionKernels.rotate(kernels, x, angles.cosines(), angles.sines());
        }

        private BlockNorms norms() {
            return parts.norms();
        }
    }

    private static <K, V> V part(Map<K, V> parts, K key) {
        V part = parts.get(key);
        if (part == null) {
            throw new IllegalStateException("the block has no " + key);
        }
        return part;
    }

    /** Shape of the hidden states of a batch: [batch, time, hidden]. */
    public Shape hiddenShape(long batch, long time) {
        return new Shape(batch, time, config.hiddenSize());
    }

    /** What the block consists of. */
    public Parts parts() {
        return parts;
    }

    @Override
    public void close() {
        parts.norms().close();
        parts.linears().values().forEach(Linear::close);
        parts.inputs().values().forEach(InputPath::close);
        parts.cache().close();
    }
}
