package io.bisup.llm.config;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The decoder families whose block graph is implemented. All three name their tensors alike and differ in two facts:
 * biases on q/k/v, and an RMSNorm of every query and key head before RoPE.
 */
public enum Architecture {
    /** Llama 1 to 3.3, and every model that reuses its graph. */
    LLAMA("LlamaForCausalLM", "llama", false, false),
    /** Qwen 1.5, 2 and 2.5: biases on q, k and v. */
    QWEN2("Qwen2ForCausalLM", "qwen2", true, false),
    /** Qwen 3: no biases, normalised queries and keys, a head size of its own. */
    QWEN3("Qwen3ForCausalLM", "qwen3", false, true);

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

    /** Whether q, k and v projections carry biases (the output projection never does). */
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
