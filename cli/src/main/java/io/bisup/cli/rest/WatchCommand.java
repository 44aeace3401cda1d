package io.bisup.cli.rest;

import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Follows a job to its end. */
@Command(
        name = "watch",
        description = "Follow a job to its end; exit code 1 when it fails.",
        mixinStandardHelpOptions = true)
public final class WatchCommand extends JobCommand {

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        return watch(jobs, id, out, json);
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
            GetCommand.print(jobs, job, out);
            return Jobs.exitCode(job.state());
        }
    }
}
