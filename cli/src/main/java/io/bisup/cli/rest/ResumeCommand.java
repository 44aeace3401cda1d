package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Lets a paused job go on. */
@Command(name = "resume", description = "Resume a paused job at its next block.", mixinStandardHelpOptions = true)
public final class ResumeCommand extends JobCommand {

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        print(jobs.resume(id), out, json);
        return ExitCode.OK;
    }
}
