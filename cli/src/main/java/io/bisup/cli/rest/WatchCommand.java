package io.bisup.cli.rest;

import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Follows a job to its end. */
@Command(
        name = "watch",
        description = "Follow a job to its end; exit code 1 when it fails.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class WatchCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Parameters(paramLabel = "ID", description = "the job's id")
    private String id;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        return watch(new Jobs(service.client()), id, spec.commandLine().getOut(), service.json());
    }

    static int watch(Jobs jobs, String id, PrintWriter out, boolean json) {
        JobFollower follower = new JobFollower(jobs);
        if (json) {
            JobView job = follower.follow(id, seen -> out.println(ServiceClient.line(seen.json())));
            return Jobs.exitCode(job.state());
        }
        JobView first = jobs.get(id);
        try (JobDisplay display = new JobDisplay(out, first.model() + " " + first.recipe())) {
            JobView job = follower.follow(id, display);
            display.close();
            GetCommand.print(job, out);
            return Jobs.exitCode(job.state());
        }
    }
}
