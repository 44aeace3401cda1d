package io.bisup.llm.token;

import org.jspecify.annotations.Nullable;

/**
 * How a chat begins: the system prompt's part up to the first user turn, of the formats in wide use. A format is
 * recognised by the markers in the model's Jinja template; templates themselves are not run, so what a template adds
 * beside the system prompt (such as Llama 3.1's dates) is left out.
 */
enum ChatFormat {
    /** Qwen and many others. */
    CHATML("<|im_start|>", "<|im_start|>system\n", "<|im_end|>\n"),
    LLAMA3("<|start_header_id|>", "<|start_header_id|>system<|end_header_id|>\n\n", "<|eot_id|>"),
    LLAMA2("<<SYS>>", "[INST] <<SYS>>\n", "\n<</SYS>>\n\n"),
    PHI3("<|system|>", "<|system|>\n", "<|end|>\n"),
    /** No known chat format: the text as it is. */
    RAW(null, "", "");

    private final @Nullable String marker;
    private final String opening;
    private final String closing;

    ChatFormat(@Nullable String marker, String opening, String closing) {
        this.marker = marker;
        this.opening = opening;
        this.closing = closing;
    }

    static ChatFormat of(@Nullable String template) {
        for (ChatFormat format : values()) {
            if (template != null && format.marker != null && template.contains(format.marker)) {
                return format;
            }
        }
        return RAW;
    }

    /** Text of the token that a chat of this format opens with; null for {@link #RAW}. */
    @Nullable
    String marker() {
        return marker;
    }

    String render(String systemPrompt) {
        return opening + systemPrompt + closing;
    }
}
