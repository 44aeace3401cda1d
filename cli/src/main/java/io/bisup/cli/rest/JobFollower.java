package io.bisup.cli.rest;

import io.bisup.cli.ExitCode;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Follows a job to its end by long polls: each is answered when anything of the job has changed, its progress included. */
public final class JobFollower {

    private static final Duration RECONNECT = Duration.ofSeconds(1);
    private static final int GIVE_UP_AFTER = 30;

    private final Jobs jobs;

    public JobFollower(Jobs jobs) {
        this.jobs = jobs;
    }

    /** Shows the job at once and after each change; returns it when its state is terminal. */
    public JobView follow(String id, Consumer<JobView> show) {
        ServiceClient.@Nullable Tagged seen = null;
        for (int failures = 0; ; ) {
            try {
                ServiceClient.Tagged now = jobs.changed(id, seen);
                failures = 0;
                if (!now.equals(seen)) {
                    JobView job = new JobView(now.body());
                    show.accept(job);
                    if (job.state().terminal()) {
                        return job;
                    }
                }
                seen = now;
            } catch (UnreachableException | ServiceException e) {
                boolean away = !(e instanceof ServiceException refused) || refused.exitCode() == ExitCode.UNREACHABLE;
                if (!away || ++failures == GIVE_UP_AFTER) {
                    throw e;
                }
                LockSupport.parkNanos(RECONNECT.toNanos());
            }
        }
    }
}
