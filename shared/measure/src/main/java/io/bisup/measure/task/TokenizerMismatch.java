package io.bisup.measure.task;

import io.bisup.contract.FailureCode;
import io.bisup.data.DatasetException;

/** A tokenizer that does not belong to the model. */
final class TokenizerMismatch {

    private TokenizerMismatch() {}

    static DatasetException of(String dataset, long id, int vocabulary) {
        return new DatasetException(
                FailureCode.MALFORMED_CHECKPOINT,
                dataset,
                "the tokenizer gives id " + id + ", the model knows " + vocabulary,
                "does tokenizer.json belong to this model?");
    }
}
