package io.bisup.cli;

import io.bisup.cli.rest.ServiceException;
import io.bisup.cli.rest.UnreachableException;
import io.bisup.cli.suite.SuiteException;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
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
            default -> throw e;
        };
    }

    @Override
    public int handleParseException(CommandLine.ParameterException e, String[] args) {
        CommandLine command = e.getCommandLine();
        String help = command.getCommandSpec().qualifiedName(" ") + " --help";
        return say(command, e.getMessage() + " (see: " + help + ")", ExitCode.USAGE);
    }

    private static int say(CommandLine command, @Nullable String message, int code) {
        command.getErr().println("bisup: " + String.valueOf(message).strip().replace('\n', ' '));
        return code;
    }
}
