package io.bisup.llm.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The shape of a decoder-only language model. A value of this record is always consistent: the constructor refuses what
 * cannot be built, naming the field as Hugging Face's config.json spells it.
 *
 * @param architecture family of the block graph
 * @param hiddenSize width of the residual stream
 * @param layers number of decoder blocks
 * @param attentionHeads query heads
 * @param keyValueHeads key and value heads; divides {@code attentionHeads}
 * @param headDim width of one head, not always hiddenSize / attentionHeads
 * @param intermediateSize width of the gated feed-forward layer
 * @param vocabSize rows of the embedding, often more than the tokenizer has tokens
 * @param rmsNormEpsilon added to the mean square
 * @param ropeTheta base of the rotary frequencies
 * @param ropeScaling change of the rotary frequencies for long contexts
 * @param tiedEmbeddings whether the output head is the embedding
 * @param attentionBias biases on the q, k and v projections
 * @param queryKeyNorm RMSNorm of each query and key head before RoPE
 * @param maxPositions longest context, in tokens
 * @param bosTokenId begin-of-sequence id, if the model has one
 * @param eosTokenId end-of-sequence id (the first, where config.json lists several), if the model has one
 * @param outputBias bias on the o projection
 * @param feedForwardBias biases on the gate, up and down projections
 * @param windows how many positions each block attends to
 */
public record DecoderConfig(
        Architecture architecture,
        int hiddenSize,
        int layers,
        int attentionHeads,
        int keyValueHeads,
        int headDim,
        int intermediateSize,
        int vocabSize,
        double rmsNormEpsilon,
        double ropeTheta,
        RopeScaling ropeScaling,
        boolean tiedEmbeddings,
        boolean attentionBias,
        boolean queryKeyNorm,
        int maxPositions,
        @Nullable Integer bosTokenId,
        @Nullable Integer eosTokenId,
        boolean outputBias,
        boolean feedForwardBias,
        AttentionWindows windows) {

    static final int MAX_POSITIONS = 1 << 27;
    static final int MAX_LAYERS = 4096;
    static final int MAX_HEADS = 4096;
    static final int MAX_WIDTH = 1 << 20;
    static final int MAX_VOCABULARY = 1 << 24;

    public DecoderConfig {
        ConfigRange.of("hidden_size", hiddenSize, 1, MAX_WIDTH);
        ConfigRange.of("num_hidden_layers", layers, 1, MAX_LAYERS);
        ConfigRange.of("num_attention_heads", attentionHeads, 1, MAX_HEADS);
        ConfigRange.of("num_key_value_heads", keyValueHeads, 1, attentionHeads);
        ConfigRange.of("head_dim", headDim, 2, 4096);
        ConfigRange.of("intermediate_size", intermediateSize, 1, MAX_WIDTH);
        ConfigRange.of("vocab_size", vocabSize, 1, MAX_VOCABULARY);
        ConfigRange.of("rms_norm_eps", rmsNormEpsilon, 1e-12, 0.1);
        ConfigRange.of("rope_theta", ropeTheta, 1, 1e12);
        ConfigRange.of("max_position_embeddings", maxPositions, 1, MAX_POSITIONS);
        requireMultiple(attentionHeads, keyValueHeads);
        requireEven(headDim);
        requireToken("bos_token_id", bosTokenId, vocabSize);
        requireToken("eos_token_id", eosTokenId, vocabSize);
        requireFactors(ropeScaling, headDim);
        requireEachLayer(windows, layers);
    }

    /** A model without a bias on o, gate, up or down and with full attention in every block. */
    public DecoderConfig(
            Architecture architecture,
            int hiddenSize,
            int layers,
            int attentionHeads,
            int keyValueHeads,
            int headDim,
            int intermediateSize,
            int vocabSize,
            double rmsNormEpsilon,
            double ropeTheta,
            RopeScaling ropeScaling,
            boolean tiedEmbeddings,
            boolean attentionBias,
            boolean queryKeyNorm,
            int maxPositions,
            @Nullable Integer bosTokenId,
            @Nullable Integer eosTokenId) {
        this(
                architecture,
                hiddenSize,
                layers,
                attentionHeads,
                keyValueHeads,
                headDim,
                intermediateSize,
                vocabSize,
                rmsNormEpsilon,
                ropeTheta,
                ropeScaling,
                tiedEmbeddings,
                attentionBias,
                queryKeyNorm,
                maxPositions,
                bosTokenId,
                eosTokenId,
                false,
                false,
                AttentionWindows.FULL);
    }

    /**
     * Reads {@code config.json} of a Hugging Face checkpoint folder.
     *
     * @throws ModelConfigException if the file is missing, malformed or describes a model that cannot be run
     */
    public static DecoderConfig read(Path directory) {
        return parse(DecoderConfigReader.bytes(directory.resolve(ConfigDocument.FILE)));
    }

    /** Parses the text of a config.json; the same rules as {@link #read}. */
    public static DecoderConfig parse(byte[] json) {
        return DecoderConfigReader.parse(json, ConfigDocument.FILE);
    }

    /** Width of the concatenated query heads: rows of q_proj and columns of o_proj. */
    public int queryWidth() {
        return attentionHeads * headDim;
    }

    /** Width of the concatenated key (or value) heads: rows of k_proj and v_proj. */
    public int keyValueWidth() {
        return keyValueHeads * headDim;
    }

    /** How many consecutive query heads share one key-value head. */
    public int queriesPerKeyValueHead() {
        return attentionHeads / keyValueHeads;
    }

    private static void requireMultiple(int attentionHeads, int keyValueHeads) {
        if (attentionHeads % keyValueHeads != 0) {
            throw ModelConfigException.invalid(
                    "num_key_value_heads",
                    keyValueHeads + " does not divide num_attention_heads " + attentionHeads,
                    "every key-value head must serve the same number of query heads");
        }
    }

    private static void requireEven(int headDim) {
        if (headDim % 2 != 0) {
            throw ModelConfigException.invalid(
                    "head_dim", headDim + " is odd", "rotary position embedding rotates pairs and needs an even size");
        }
    }

    private static void requireFactors(RopeScaling scaling, int headDim) {
        if (scaling instanceof RopeScaling.LongRope rope && rope.shortFactors().size() != headDim / 2) {
            throw ModelConfigException.invalid(
                    "rope_scaling.short_factor",
                    "has " + rope.shortFactors().size() + " factors for heads of " + headDim,
                    "LongRoPE needs one factor for every pair of channels, " + headDim / 2);
        }
    }

    private static void requireEachLayer(AttentionWindows windows, int layers) {
        if (!windows.windowed().isEmpty() && windows.windowed().size() != layers) {
            throw ModelConfigException.invalid(
                    "layer_types",
                    windows.windowed().size() + " entries for " + layers + " layers",
                    "give one entry per layer");
        }
    }

    private static void requireToken(String field, @Nullable Integer id, int vocabSize) {
        if (id != null) {
            ConfigRange.of(field, id, 0, vocabSize - 1);
        }
    }
}
