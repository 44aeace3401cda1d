package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Asks a job to stop after the block in hand. */
@Command(name = "pause", description = "Pause a job after the block in hand.", mixinStandardHelpOptions = true)
public final class PauseCommand extends JobCommand {

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        print(jobs.pause(id), out, json);
        return ExitCode.OK;
    }
}
