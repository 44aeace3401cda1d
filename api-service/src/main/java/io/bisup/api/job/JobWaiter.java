package io.bisup.api.job;

import io.bisup.api.ApiConfig;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.ws.rs.core.EntityTag;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Holds a long poll until its job has changed. */
@ApplicationScoped
class JobWaiter {

    /** Progress is written without an event, so the row is looked at this often even when no event comes. */
    private static final long LOOK_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final JobStore jobs;
    private final EventStream events;
    private final Duration maxWait;

    JobWaiter(JobStore jobs, EventStream events, ApiConfig config) {
        this.jobs = jobs;
        this.events = events;
        this.maxWait = config.maxWait();
    }

    /** The job once it differs from what the client knows (or from {@code job}), or as it is when time is over. */
    JobRecord await(JobRecord job, @Nullable String known, Duration wait) {
        if (wait.isZero() || job.state().terminal()) {
            return job;
        }
        EntityTag seen = JobResponses.tag(job);
        if (known != null && !JobResponses.matches(known, seen)) {
            return job;
        }
        Duration limit = wait.compareTo(maxWait) > 0 ? maxWait : wait;
        Semaphore rings = new Semaphore(0);
        try (var following = events.follow(job.id(), job.lastSequence(), _ -> rings.release())) {
            return await(job, seen, System.nanoTime() + limit.toNanos(), rings);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return job;
        }
    }

    private JobRecord await(JobRecord job, EntityTag seen, long deadline, Semaphore rings) throws InterruptedException {
        JobRecord now = job;
        for (long left = deadline - System.nanoTime(); left > 0; left = deadline - System.nanoTime()) {
            if (rings.tryAcquire(Math.min(left, LOOK_NANOS), TimeUnit.NANOSECONDS)) {
                rings.drainPermits();
            }
            now = jobs.find(job.id()).orElseThrow(() -> new JobNotFoundException(job.id()));
            if (!JobResponses.tag(now).equals(seen)) {
                return now;
            }
        }
        return now;
    }
}
