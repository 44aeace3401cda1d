package io.bisup.cli;

/** Something the user can correct: shown as one line, without a stack trace, with exit code {@link ExitCode#USAGE}. */
public final class UserErrorException extends RuntimeException {

    public UserErrorException(String message) {
        super(message);
    }
}
