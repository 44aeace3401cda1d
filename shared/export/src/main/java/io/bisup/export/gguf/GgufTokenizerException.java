package io.bisup.export.gguf;

/** A tokenizer that llama.cpp does not have. */
final class GgufTokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1;

    GgufTokenizerException(String reason) {
        super(reason);
    }
}
