package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.SideBySide;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;

/**
 * A decoder-only language model for inference, full-precision or quantized.
 *
 * <p>It may stand behind a prefix whose keys and values every sequence attends to. Results belong to the caller's
 * {@link ai.djl.ndarray.NDScope}. Concurrent forward passes are allowed, each with its own cache.
 */
public final class LanguageModel implements AutoCloseable {
    private final TensorRuntime runtime;
    private final DecoderConfig config;
    private final ModelEnds ends;
    private final BlockSource blocks;
    private final RotaryEmbedding rotary;
    private final List<KeyValues> prefix;

    /** A model of the given parts, which it frees on close; {@code prefix} has one entry per block or is empty. */
    public LanguageModel(
            TensorRuntime runtime, DecoderConfig config, ModelEnds ends, BlockSource blocks, List<KeyValues> prefix) {
        this.runtime = runtime;
        this.config = config;
        this.ends = ends;
        this.blocks = blocks;
        this.rotary = new RotaryEmbedding(runtime, config, ends.finalNorm().getDataType());
        this.prefix = List.copyOf(prefix);
    }

    /**
     * The model as trained with every block resident. What the source throws is passed on, and nothing stays loaded then.
     *
     * @param source makes a tensor from its Hugging Face name, of the shape in {@link
     *     io.bisup.llm.config.ModelTensors#expected}; the model frees it
     */
    public static LanguageModel resident(
            TensorRuntime runtime, DecoderConfig config, Function<String, NDArray> source) {
        try (TensorOwner owner = new TensorOwner()) {
            List<DecoderBlock> blocks = new ArrayList<>();
            for (int layer = 0; layer < config.layers(); layer++) {
                blocks.add(owner.own(load(runtime, config, layer, source)));
            }
            ModelEnds ends = owner.own(ModelEnds.load(config, source));
            return owner.handOver(new LanguageModel(runtime, config, ends, BlockSource.resident(blocks), List.of()));
        }
    }

    /** The model of an open checkpoint with every block resident; the checkpoint may be closed afterwards. */
    public static LanguageModel resident(TensorRuntime runtime, DecoderConfig config, Checkpoint checkpoint) {
        return resident(runtime, config, checkpoint.parameters(config, runtime.manager()));
    }

    /** The model of a checkpoint, which must stay open, with one block in memory at a time. */
    public static LanguageModel streamed(TensorRuntime runtime, DecoderConfig config, Checkpoint checkpoint) {
        return streamed(runtime, config, checkpoint.parameters(config, runtime.manager()));
    }

    /**
     * The model as trained with one block in memory at a time.
     *
     * @param source makes a tensor from its Hugging Face name, of the shape in {@link
     *     io.bisup.llm.config.ModelTensors#expected}, for the model to free; it is asked again at each use of a block and
     *     must serve as long as the model is open
     */
    public static LanguageModel streamed(
            TensorRuntime runtime, DecoderConfig config, Function<String, NDArray> source) {
        BlockSource blocks = BlockSource.streamed(layer -> load(runtime, config, layer, source));
        try (TensorOwner owner = new TensorOwner()) {
            ModelEnds ends = owner.own(ModelEnds.load(config, source));
            return owner.handOver(new LanguageModel(runtime, config, ends, blocks, List.of()));
        }
    }

    private static DecoderBlock load(
            TensorRuntime runtime, DecoderConfig config, int layer, Function<String, NDArray> source) {
        DecoderBlockWeights weights = DecoderBlockWeights.load(config, layer, source);
        return DecoderBlock.fullPrecision(config, layer, weights, runtime.lowPrecision());
    }

    /** What is done at each block; see {@link #eachBlock}. */
    @FunctionalInterface
    public interface BlockVisitor {
        /**
         * Passes hidden states through one block.
         *
         * @param block applies the block to hidden states [batch, time, hidden] that follow a context
         * @param prefix the model's prefix in this block, or nothing
         */
        void visit(BiFunction<NDArray, AttentionContext, NDArray> block, AttentionContext prefix);
    }

    /** Visits the blocks in their order, each loaded once: the outer loop of passes over a streamed model. */
    public void eachBlock(BlockVisitor visitor) {
        for (int layer = 0; layer < config.layers(); layer++) {
            withBlock(
                    layer,
                    (block, angles, context) -> visitor.visit(
                            (hidden, past) -> block.forward(runtime.kernels(), hidden, angles, past), context));
        }
    }

    /** What is done with one block while it is loaded; see {@link #withBlock}. */
    @FunctionalInterface
    public interface BlockUse {
        /**
         * Uses the block, which must not be kept.
         *
         * @param rotary angles of every position of the model
         * @param prefix the model's prefix in this block, or nothing
         */
        void with(DecoderBlock block, RotaryEmbedding rotary, AttentionContext prefix);
    }

    /** Loads one block for a use: for passes that observe, or that walk through two models at once. */
    public void withBlock(int layer, BlockUse use) {
        AttentionContext context = prefix.isEmpty() ? AttentionContext.EMPTY : AttentionContext.of(prefix.get(layer));
        DecoderBlock block = blocks.acquire(layer);
        try {
            use.with(block, rotary, context);
        } finally {
            blocks.release(block);
        }
    }

    /** Hidden states [batch, time, hidden] of token ids, sequence after sequence, before the first block. */
    public NDArray embed(long[] ids, int batch) {
        return Tensors.inScope(
                () -> ends.embed(runtime.kernels(), Tensors.longs(runtime.manager(), ids, batch, ids.length / batch)));
    }

    /** Hidden states [1, time, hidden] of token ids, before the first block. */
    public NDArray embed(long[] ids) {
        return embed(ids, 1);
    }

    /** Logits [1, time, vocabulary] of one sequence, behind the prefix if there is one. */
    public NDArray forward(long[] ids) {
        try (KeyValueCache cache = newCache()) {
            return forward(ids, cache);
        }
    }

    /** Logits [1, time, vocabulary] of tokens that follow those in the cache, which grows by them. */
    public NDArray forward(long[] ids, KeyValueCache cache) {
        return Tensors.inScope(() -> logits(blocks(embed(ids), cache)));
    }

    private NDArray blocks(NDArray hidden, KeyValueCache cache) {
        NDArray current = hidden;
        for (int layer = 0; layer < config.layers(); layer++) {
            DecoderBlock block = blocks.acquire(layer);
            try {
                NDArray next = block.forward(runtime.kernels(), current, rotary, cache.context(layer));
                current.close();
                current = next;
            } finally {
                blocks.release(block);
            }
        }
        return current;
    }

    /** Logits [batch, time, vocabulary] of the last block's output [batch, time, hidden]. */
    public NDArray logits(NDArray hidden) {
        return ends.logits(runtime.kernels(), config, hidden);
    }

    /**
     * How well each sequence is predicted. Blocks are the outer loop: a streamed model is read once for all sequences.
     *
     * @param sequences token ids, each with at least two
     */
    public List<TokenScores> score(List<long[]> sequences) {
        return score(sequences, () -> {});
    }

    /**
     * The same with a word to say between steps.
     *
     * @param step called behind each block for each sequence, and once more for each as it is scored; may throw to stop
     */
    public List<TokenScores> score(List<long[]> sequences, Runnable step) {
        List<NDArray> hidden = new ArrayList<>();
        // Closes what the list holds then: the last output of each sequence, or where a failure left it.
        try (TensorOwner owner = new TensorOwner()) {
            owner.own(() -> hidden.forEach(NDArray::close));
            sequences.forEach(ids -> hidden.add(Tensors.unscoped(embed(ids))));
            SideBySide passes = SideBySide.on(runtime);
            eachBlock((block, context) -> passes.forEach(
                    sequences.size(),
                    i -> {
                        try (NDArray input = hidden.get(i)) {
                            hidden.set(i, Tensors.unscoped(block.apply(input, context)));
                        }
                    },
                    i -> step.run()));
            TokenScorer scorer = new TokenScorer(this, passes.atOnce());
            TokenScores[] scores = new TokenScores[sequences.size()];
            passes.forEach(
                    scores.length, i -> scores[i] = scorer.score(hidden.get(i), sequences.get(i)), i -> step.run());
            return List.of(scores);
        }
    }

    /**
     * Runs the tokens and returns each block's keys and values, the model's own prefix included, to serve as a prefix;
     * batch is 1 and the caller frees them.
     */
    public List<KeyValues> keyValues(long[] ids) {
        try (KeyValueCache cache = newCache();
                NDArray hidden = Tensors.inScope(() -> blocks(embed(ids), cache))) {
            assert hidden.getShape().get(1) == ids.length;
            return cache.release();
        }
    }

    /**
     * This model behind a prefix whose keys and values it computes, after its own prefix if it has one. The result takes
     * over every part of this model; a failure leaves this model as it was.
     */
    public LanguageModel behind(long[] prefixIds) {
        try (TensorOwner owner = new TensorOwner()) {
            List<KeyValues> known = keyValues(prefixIds);
            known.forEach(owner::own);
            LanguageModel behind = owner.handOver(new LanguageModel(runtime, config, ends, blocks, known));
            rotary.close();
            prefix.forEach(KeyValues::close);
            return behind;
        }
    }

    /** An empty cache, behind the model's prefix if there is one. */
    public KeyValueCache newCache() {
        return prefix.isEmpty() ? new KeyValueCache(config.layers()) : KeyValueCache.after(prefix);
    }

    /** The model's shape. */
    public DecoderConfig config() {
        return config;
    }

    /** The device and kernels the model runs on. */
    public TensorRuntime runtime() {
        return runtime;
    }

    /** Type of the hidden states. */
    public DataType dataType() {
        return ends.finalNorm().getDataType();
    }

    /** Frees the blocks, the ends and the prefix. */
    @Override
    public void close() {
        blocks.close();
        ends.close();
        rotary.close();
        prefix.forEach(KeyValues::close);
    }
}
