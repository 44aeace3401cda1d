package io.bisup.llm.folder;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.config.ModelConfigException;

/** What the model library's exceptions mean for a job or an evaluation. */
public final class ModelFailures {

    private ModelFailures() {}

    /** The same error with its failure code, or {@code e} itself where it has one or only the stores' classification applies. */
    public static RuntimeException coded(RuntimeException e) {
        return switch (e) {
            case MalformedCheckpointException checkpoint -> with(FailureCode.MALFORMED_CHECKPOINT, checkpoint);
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
