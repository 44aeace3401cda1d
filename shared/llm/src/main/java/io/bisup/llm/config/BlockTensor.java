package io.bisup.llm.config;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The parameters of one decoder block: their roles, the names Llama's checkpoints give them, and their shapes (weights are
 * [out, in]). How another family stores them is {@link TensorMap}'s matter.
 */
public enum BlockTensor {
    INPUT_NORM("input_layernorm.weight"),
    QUERY("self_attn.q_proj.weight"),
    QUERY_BIAS("self_attn.q_proj.bias"),
    QUERY_NORM("self_attn.q_norm.weight"),
    KEY("self_attn.k_proj.weight"),
    KEY_BIAS("self_attn.k_proj.bias"),
    KEY_NORM("self_attn.k_norm.weight"),
    VALUE("self_attn.v_proj.weight"),
    VALUE_BIAS("self_attn.v_proj.bias"),
    OUTPUT("self_attn.o_proj.weight"),
    OUTPUT_BIAS("self_attn.o_proj.bias"),
    POST_ATTENTION_NORM("post_attention_layernorm.weight"),
    GATE("mlp.gate_proj.weight"),
    GATE_BIAS("mlp.gate_proj.bias"),
    UP("mlp.up_proj.weight"),
    UP_BIAS("mlp.up_proj.bias"),
    DOWN("mlp.down_proj.weight"),
    DOWN_BIAS("mlp.down_proj.bias");

    private final String suffix;

    BlockTensor(String suffix) {
        this.suffix = suffix;
    }

    /** The name inside the block, e.g. {@code self_attn.q_proj.weight}. */
    public String suffix() {
        return suffix;
    }

    /** The full name, e.g. {@code model.layers.3.self_attn.q_proj.weight}. */
    public String name(int layer) {
        return ModelTensors.blockPrefix(layer) + suffix;
    }

    /** The bias of a linear weight in the families that have one, or null. */
    public @Nullable BlockTensor bias() {
        return switch (this) {
            case QUERY -> QUERY_BIAS;
            case KEY -> KEY_BIAS;
            case VALUE -> VALUE_BIAS;
            case OUTPUT -> OUTPUT_BIAS;
            case GATE -> GATE_BIAS;
            case UP -> UP_BIAS;
            case DOWN -> DOWN_BIAS;
            case INPUT_NORM,
                    QUERY_BIAS,
                    QUERY_NORM,
                    KEY_BIAS,
                    KEY_NORM,
                    VALUE_BIAS,
                    OUTPUT_BIAS,
                    POST_ATTENTION_NORM,
                    GATE_BIAS,
                    UP_BIAS,
                    DOWN_BIAS -> null;
        };
    }

    /** Whether a model of this shape has the parameter. */
    public boolean presentIn(DecoderConfig config) {
        return switch (this) {
            case QUERY_BIAS, KEY_BIAS, VALUE_BIAS -> config.attentionBias();
            case OUTPUT_BIAS -> config.outputBias();
            case GATE_BIAS, UP_BIAS, DOWN_BIAS -> config.feedForwardBias();
            case QUERY_NORM, KEY_NORM -> config.queryKeyNorm();
            case INPUT_NORM, QUERY, KEY, VALUE, OUTPUT, POST_ATTENTION_NORM, GATE, UP, DOWN -> true;
        };
    }

    /** The parameters a block of this model has, in order. */
    public static List<BlockTensor> of(DecoderConfig config) {
        return Arrays.stream(values()).filter(t -> t.presentIn(config)).toList();
    }

    /** The shape the parameter must have in a model of this shape. */
    public List<Long> shape(DecoderConfig config) {
        return switch (this) {
            case INPUT_NORM, POST_ATTENTION_NORM, OUTPUT_BIAS, DOWN_BIAS -> shape(config.hiddenSize());
            case QUERY -> shape(config.queryWidth(), config.hiddenSize());
            case KEY, VALUE -> shape(config.keyValueWidth(), config.hiddenSize());
            case OUTPUT -> shape(config.hiddenSize(), config.queryWidth());
            case QUERY_BIAS -> shape(config.queryWidth());
            case KEY_BIAS, VALUE_BIAS -> shape(config.keyValueWidth());
            case QUERY_NORM, KEY_NORM -> shape(config.headDim());
            case GATE_BIAS, UP_BIAS -> shape(config.intermediateSize());
            case GATE, UP -> shape(config.intermediateSize(), config.hiddenSize());
            case DOWN -> shape(config.hiddenSize(), config.intermediateSize());
        };
    }

    private static List<Long> shape(long... dimensions) {
        return Arrays.stream(dimensions).boxed().toList();
    }
}
