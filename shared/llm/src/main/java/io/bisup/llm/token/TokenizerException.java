package io.bisup.llm.token;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;

/** A tokenizer that cannot be loaded or used. Its message names the file, the cause and a remedy. */
public final class TokenizerException extends FailureException {

    private static final long serialVersionUID = 1L;

    public TokenizerException(String file, String cause, String remedy) {
        super(FailureCode.MALFORMED_CHECKPOINT, file + ": " + cause + "; " + remedy);
    }
}
