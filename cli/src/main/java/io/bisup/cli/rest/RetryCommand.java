package io.bisup.cli.rest;

import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tries a job again. */
@Command(
        name = "retry",
        description =
                "Try a job again that failed or was cancelled, behind its last committed block; prints the new job's"
                        + " id.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RetryCommand extends JobCommand {

    @Mixin
    private NewJobOptions made;

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        return made.show(jobs.retry(id, made.key()), jobs, out, json);
    }
}
