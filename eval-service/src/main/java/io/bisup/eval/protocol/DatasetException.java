package io.bisup.eval.protocol;

/** A data set that a protocol cannot be run on. Its message names the file, the cause and a remedy. */
public final class DatasetException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public DatasetException(String name, String cause, String remedy) {
        super(name + ": " + cause + "; " + remedy);
    }
}
