package io.bisup.cli;

/** What a command's exit code says; scripts rely on it. */
public final class ExitCode {

    public static final int OK = 0;
    /** The job, or the command itself, failed. */
    public static final int FAILED = 1;
    /** The command was given something it cannot use: an option, a file, a spec, an id. */
    public static final int USAGE = 2;
    /** No service answered. */
    public static final int UNREACHABLE = 3;

    private ExitCode() {}
}
