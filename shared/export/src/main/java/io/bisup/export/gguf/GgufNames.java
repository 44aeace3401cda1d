package io.bisup.export.gguf;

import io.bisup.llm.config.BlockTensor;

/** Names of tensors in GGUF files. */
final class GgufNames {

    static final String EMBEDDING = "token_embd.weight";
    static final String FINAL_NORM = "output_norm.weight";
    static final String HEAD = "output.weight";
    /** Divisors of the rotary frequencies. */
    static final String ROPE_FACTORS = "rope_freqs.weight";

    private GgufNames() {}

    /** A parameter of a block. */
    static String of(BlockTensor tensor, int layer) {
        return "blk." + layer + "." + inBlock(tensor);
    }

    private static String inBlock(BlockTensor tensor) {
        return switch (tensor) {
            case INPUT_NORM -> "attn_norm.weight";
            case QUERY -> "attn_q.weight";
            case QUERY_BIAS -> "attn_q.bias";
            case QUERY_NORM -> "attn_q_norm.weight";
            case KEY -> "attn_k.weight";
            case KEY_BIAS -> "attn_k.bias";
            case KEY_NORM -> "attn_k_norm.weight";
            case VALUE -> "attn_v.weight";
            case VALUE_BIAS -> "attn_v.bias";
            case OUTPUT -> "attn_output.weight";
            case OUTPUT_BIAS -> "attn_output.bias";
            case POST_ATTENTION_NORM -> "ffn_norm.weight";
            case GATE -> "ffn_gate.weight";
            case GATE_BIAS -> "ffn_gate.bias";
            case UP -> "ffn_up.weight";
            case UP_BIAS -> "ffn_up.bias";
            case DOWN -> "ffn_down.weight";
            case DOWN_BIAS -> "ffn_down.bias";
        };
    }
}
