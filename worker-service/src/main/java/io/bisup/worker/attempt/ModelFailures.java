package io.bisup.worker.attempt;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.token.TokenizerException;

/** What the model library's exceptions mean for a job. */
final class ModelFailures {

    private ModelFailures() {}

    /** The same error with its failure code, or {@code e} itself where only the stores' classification applies. */
    static RuntimeException coded(RuntimeException e) {
        return switch (e) {
            case MalformedCheckpointException checkpoint -> with(FailureCode.MALFORMED_CHECKPOINT, checkpoint);
            case TokenizerException tokenizer -> with(FailureCode.MALFORMED_CHECKPOINT, tokenizer);
            case ModelConfigException config -> with(code(config.code()), config);
            case InvalidSpecException spec -> with(FailureCode.UNSUPPORTED_RECIPE, spec);
            default -> e;
        };
    }

    private static FailureCode code(ModelConfigException.Code code) {
        return switch (code) {
            case UNREADABLE_FILE, MALFORMED_JSON, MISSING_FIELD, INVALID_FIELD -> FailureCode.MALFORMED_CHECKPOINT;
            case UNSUPPORTED_ARCHITECTURE, REMOTE_CODE, UNSUPPORTED_FEATURE -> FailureCode.UNSUPPORTED_ARCHITECTURE;
        };
    }

    private static FailureException with(FailureCode code, RuntimeException e) {
        return new FailureException(code, String.valueOf(e.getMessage()), e);
    }
}
