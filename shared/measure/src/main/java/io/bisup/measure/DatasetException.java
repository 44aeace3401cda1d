package io.bisup.measure;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;

/** A data set that a protocol cannot be run on. Its message names the data set, the cause and a remedy. */
public final class DatasetException extends FailureException {

    private static final long serialVersionUID = 1L;

    public DatasetException(FailureCode code, String name, String cause, String remedy) {
        super(code, name + ": " + cause + "; " + remedy);
    }
}
