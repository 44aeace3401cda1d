package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What every command asks that makes a job. */
final class NewJobOptions {

    @Option(names = "--watch", description = "follow the job to its end; exit code 1 when it fails")
    private boolean watch;

    @Option(
            names = "--idempotency-key",
            paramLabel = "KEY",
            description = "submitting again with the same key is the same job (default: a fresh key)")
    private @Nullable String idempotencyKey;

    String key() {
        return idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
    }

    /** Prints the new job's id and follows it, if that was asked; returns the exit code. */
    int show(JobView job, Jobs jobs, PrintWriter out, boolean json) {
        out.println(json ? ServiceClient.line(job.json()) : job.id());
        out.flush();
        return watch ? WatchCommand.watch(jobs, job.id(), out, json) : ExitCode.OK;
    }
}
