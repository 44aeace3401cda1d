package io.bisup.llm.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The decoder families whose block graph is implemented: pre-norm attention and a gated feed-forward layer. They differ in
 * biases, in an RMSNorm of every query and key head before RoPE, in sliding windows, in the rotary frequencies of long
 * contexts, and in how their checkpoints store the parameters ({@link TensorMap}).
 */
public enum Architecture {
    /** Llama 1 to 3.3, and every model that reuses its graph. */
    LLAMA("LlamaForCausalLM", "llama", false, false),
    /** Mistral 7B and its finetunes: one sliding window in all blocks, or none. */
    MISTRAL("MistralForCausalLM", "mistral", false, false),
    /** Ministral: a sliding window in some blocks. */
    MINISTRAL("MinistralForCausalLM", "ministral", false, false),
    /** Qwen 1.5, 2 and 2.5: biases on q, k and v. */
    QWEN2("Qwen2ForCausalLM", "qwen2", true, false),
    /** Qwen 3: no biases, normalised queries and keys, a head size of its own. */
    QWEN3("Qwen3ForCausalLM", "qwen3", false, true),
    /** Phi-3 and Phi-3.5: fused q, k, v and gate, up matrices, and LongRoPE. */
    PHI3("Phi3ForCausalLM", "phi3", false, false);

    private final String className;
    private final String modelType;
    private final boolean attentionBias;
    private final boolean queryKeyNorm;

    Architecture(String className, String modelType, boolean attentionBias, boolean queryKeyNorm) {
        this.className = className;
        this.modelType = modelType;
        this.attentionBias = attentionBias;
        this.queryKeyNorm = queryKeyNorm;
    }

    /** The entry of {@code architectures} in config.json. */
    public String className() {
        return className;
    }

    /** The value of {@code model_type} in config.json. */
    public String modelType() {
        return modelType;
    }

    /** Whether q, k and v projections always carry biases. */
    public boolean attentionBias() {
        return attentionBias;
    }

    /** Whether each query and key head is normalised between projection and RoPE. */
    public boolean queryKeyNorm() {
        return queryKeyNorm;
    }

    static Optional<Architecture> ofClassName(String name) {
        return Arrays.stream(values()).filter(a -> a.className.equals(name)).findFirst();
    }

    static String supported() {
        return Arrays.stream(values()).map(Architecture::className).collect(Collectors.joining(", "));
    }
}
