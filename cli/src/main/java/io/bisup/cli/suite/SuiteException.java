package io.bisup.cli.suite;

/** The suite could not be started or stopped; says which part and where its log is. */
public final class SuiteException extends RuntimeException {

    private final int exitCode;

    SuiteException(String message, int exitCode) {
        super(message);
        this.exitCode = exitCode;
    }

    public int exitCode() {
        return exitCode;
    }
}
