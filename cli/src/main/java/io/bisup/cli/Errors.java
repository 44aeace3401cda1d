package io.bisup.cli;

import io.bisup.cli.rest.ServiceException;
import io.bisup.cli.rest.UnreachableException;
import io.bisup.cli.suite.SuiteException;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;

/** Turns exceptions into one clear line each and an exit code; only what nobody expected shows a stack trace. */
final class Errors implements IExecutionExceptionHandler, IParameterExceptionHandler {

    @Override
    public int handleExecutionException(Exception e, CommandLine command, CommandLine.ParseResult parsed)
            throws Exception {
        return switch (e) {
            case ServiceException service -> say(command, service.getMessage(), service.exitCode());
            case SuiteException suite -> say(command, suite.getMessage(), suite.exitCode());
            case UnreachableException unreachable -> say(command, unreachable.getMessage(), ExitCode.UNREACHABLE);
            case UserErrorException user -> say(command, user.getMessage(), ExitCode.USAGE);
            case InvalidSpecException spec -> say(command, spec.getMessage(), ExitCode.USAGE);
            case FailureException failure ->
                say(command, failure.getMessage() + ": " + failure.code().remedy(), ExitCode.USAGE);
            case UncheckedIOException io -> say(command, io.getMessage() + reason(io), ExitCode.FAILED);
            case IOException io -> say(command, "a file cannot be read or written" + reason(io), ExitCode.FAILED);
            default -> throw e;
        };
    }

    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String help = command.getCommandSpec().qualifiedName(" ") + " --help";
        return say(command, e.getMessage() + " (see: " + help + ")", ExitCode.USAGE);
    }

    /** The file at fault and why, without the names of classes. */
    private static String reason(Exception e) {
        Throwable cause = e instanceof UncheckedIOException ? e.getCause() : e;
        return switch (cause) {
            case AccessDeniedException denied ->
                ": " + denied.getFile() + " may not be accessed, check its permissions";
            case NoSuchFileException missing -> ": there is no " + missing.getFile();
            case FileSystemException file -> ": " + file.getFile() + " " + String.valueOf(file.getReason());
            case null -> "";
            default -> cause.getMessage() == null ? "" : ": " + cause.getMessage();
        };
    }

    private static int say(CommandLine command, @Nullable String message, int code) {
        command.getErr().println("bisup: " + String.valueOf(message).strip().replace('\n', ' '));
        return code;
    }
}
