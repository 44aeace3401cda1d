package io.bisup.llm.token;

/** Which special tokens are put around a text. Special tokens spelled out inside the text are always recognised. */
public enum SpecialTokens {
    /** What transformers adds: the begin-of-sequence token for Llama, nothing for Qwen. */
    DEFAULT,
    /** None. */
    NEVER,
    /** The begin-of-sequence token, or the end-of-sequence token of a tokenizer without one (as for Qwen 2). */
    ALWAYS
}
