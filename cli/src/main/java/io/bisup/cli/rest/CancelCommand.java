package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Asks for a job's end. */
@Command(name = "cancel", description = "Cancel a job.", mixinStandardHelpOptions = true)
public final class CancelCommand extends JobCommand {

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        print(jobs.cancel(id), out, json);
        return ExitCode.OK;
    }
}
