package io.bisup.platform.database;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** The three clocks of a job, an export or an evaluation, and how it is tried again. */
@ConfigMapping(prefix = "bisup.jobs")
public interface JobLimits {

    /** Longest wait in the queue before what waits fails with DEADLINE_EXCEEDED. */
    @WithDefault("P7D")
    Duration maxPending();

    /** Longest run of one attempt before it counts as failed with DEADLINE_EXCEEDED. */
    @WithDefault("P3D")
    Duration maxAttempt();

    /** Pause before the second attempt after a failure; doubles with each further one. */
    @WithDefault("1S")
    Duration backOff();

    /** Longest pause between two attempts. */
    @WithDefault("5M")
    Duration maxBackOff();

    /** A job that is due and waits without an answer for so long gets another bell. */
    @WithDefault("30S")
    Duration ringAgainAfter();

    /** After an outage of the database, leases that ran out meanwhile are left alone for so long: workers renew them. */
    @WithDefault("15S")
    Duration outageGrace();

    /** So long after a job's end, the objects of its attempts that its artifact does not name are kept. */
    @WithDefault("P1D")
    Duration collectAfter();

    /** How long an idempotency key is remembered. */
    @WithDefault("24H")
    Duration idempotencyRetention();
}
