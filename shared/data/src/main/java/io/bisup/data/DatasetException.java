package io.bisup.data;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;

/** A data set that cannot be read or does not fit its use. Its message names the data set, the row, the cause and a remedy. */
public final class DatasetException extends FailureException {

    private static final long serialVersionUID = 1L;

    private final String told;
    private final String remedy;

    public DatasetException(FailureCode code, String name, String cause, String remedy) {
        super(code, name + ": " + cause + "; " + remedy);
        this.told = cause;
        this.remedy = remedy;
    }

    /** The row and the cause, without the data set's name. */
    public String told() {
        return told;
    }

    /** What to do about it. */
    public String remedy() {
        return remedy;
    }

    /** What is in the data set is not of the kind that it is read as. */
    public static DatasetException unsuitable(String name, String cause, String remedy) {
        return new DatasetException(FailureCode.DATASET_UNSUITABLE, name, cause, remedy);
    }
}
