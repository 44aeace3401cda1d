package io.bisup.cli.rest;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/** Follows a job to its end by the service's event stream; reconnects where it stopped reading. */
public final class JobFollower {

    private static final Duration RECONNECT = Duration.ofSeconds(1);
    private static final int GIVE_UP_AFTER = 30;

    private final Jobs jobs;
    private long lastEvent;

    public JobFollower(Jobs jobs) {
        this.jobs = jobs;
    }

    /** Shows the job at once and after each event; returns it when its state is terminal. */
    public JobView follow(String id, Consumer<JobView> show) {
        for (int failures = 0; ; ) {
            try {
                JobView job = jobs.get(id);
                show.accept(job);
                if (job.state().terminal()) {
                    return job;
                }
                failures = 0;
                listen(id, show);
            } catch (UnreachableException e) {
                if (++failures == GIVE_UP_AFTER) {
                    throw e;
                }
            }
            // The service ends a stream after a while, and the job's last one at once: no need to hurry back.
            LockSupport.parkNanos(RECONNECT.toNanos());
        }
    }

    /** Reads events until the stream ends. */
    private void listen(String id, Consumer<JobView> show) {
        try (InputStream in = jobs.client().events(jobs.eventsPath(id), lastEvent);
                BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            boolean data = false;
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("id:")) {
                    lastEvent = Long.parseLong(line.substring(3).strip());
                } else if (line.startsWith("data:")) {
                    data = true;
                } else if (line.isEmpty() && data && !lines.ready()) {
                    data = false;
                    JobView job = jobs.get(id);
                    show.accept(job);
                    if (job.state().terminal()) {
                        return;
                    }
                }
            }
        } catch (IOException e) {
            // A stream that breaks is opened again from the event it broke at.
        }
    }
}
