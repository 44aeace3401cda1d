package io.bisup.platform.database;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.UUID;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Finds what nobody else will: attempts whose lease ran out, limits that passed, jobs that wait without a bell. Age alone is
 * never a reason. Any number of sweepers may run: each settles under the row's lock.
 *
 * <p>A lease that ran out while the database was away says nothing about its worker, which could not renew it. After its
 * start, after a round that failed and after a gap between rounds the sweeper therefore declares nothing lost until
 * {@link JobLimits#outageGrace} has passed.
 */
@ApplicationScoped
public class Sweeper {

    private static final Logger LOG = Logger.getLogger(Sweeper.class);

    private final Sweeps sweeps;
    private final Duration grace;
    private final InstantSource clock;
    private @Nullable Instant lastRound;
    private Instant trustedFrom = Instant.MIN;

    @Inject
    Sweeper(Sweeps sweeps, JobLimits limits) {
        // Elapsed time of this process: no clock of the machine is compared with the database's.
        this(sweeps, limits.outageGrace(), () -> Instant.ofEpochSecond(0, System.nanoTime()));
    }

    Sweeper(Sweeps sweeps, Duration grace, InstantSource clock) {
        this.sweeps = sweeps;
        this.grace = grace;
        this.clock = clock;
    }

    /** One round; a row that cannot be settled does not stop the others. */
    public synchronized void sweep() {
        Instant now = clock.instant();
        if (lastRound == null || lastRound.plus(grace).isBefore(now)) {
            trustedFrom = now.plus(grace);
        }
        boolean trusted = !now.isBefore(trustedFrom);
        try {
            round(trusted);
            lastRound = clock.instant();
        } catch (RuntimeException e) {
            lastRound = null;
            throw e;
        }
    }

    private void round(boolean trusted) {
        for (UUID id : sweeps.suspectJobs()) {
            guarded("job", id, () -> sweeps.settleJob(id, trusted));
        }
        for (UUID id : sweeps.suspectEvaluations()) {
            guarded("evaluation", id, () -> sweeps.settleEvaluation(id, trusted));
        }
        for (UUID id : sweeps.suspectEvaluationJobs()) {
            guarded("evaluation job", id, () -> sweeps.settleEvaluationJob(id, trusted));
        }
        for (UUID id : sweeps.suspectExports()) {
            guarded("export", id, () -> sweeps.settleExport(id, trusted));
        }
        sweeps.ringAgain();
        sweeps.forgetIdempotencyKeys();
    }

    private static void guarded(String what, UUID id, Runnable settle) {
        try {
            settle.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s %s cannot be settled; trying again in the next round", what, id);
        }
    }
}
