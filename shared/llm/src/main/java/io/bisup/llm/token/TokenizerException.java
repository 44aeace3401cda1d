package io.bisup.llm.token;

/** A tokenizer that cannot be loaded or used. Its message names the file, the cause and a remedy. */
public final class TokenizerException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public TokenizerException(String file, String cause, String remedy) {
        super(file + ": " + cause + "; " + remedy);
    }
}
