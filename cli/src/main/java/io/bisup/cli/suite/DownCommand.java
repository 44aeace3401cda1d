package io.bisup.cli.suite;

import io.bisup.cli.ExitCode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Stops the suite. */
@Command(
        name = "down",
        description = "Stop the suite; a running job goes on at its last block when the suite is up again.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DownCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        new Suite(SuiteFolders.ofHome(), SuiteSettings.defaults()).stop();
        spec.commandLine().getOut().println("The suite is down.");
        return ExitCode.OK;
    }
}
