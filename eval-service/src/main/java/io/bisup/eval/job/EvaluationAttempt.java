package io.bisup.eval.job;

import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.Score;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationLease;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.outage.Outages;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.outage.Store;
import io.bisup.platform.work.ClaimJournal;
import io.bisup.platform.work.Failures;
import io.bisup.platform.work.Heartbeat;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One try at an evaluation job, from its claim to its end. */
class EvaluationAttempt {

    private static final Logger LOG = System.getLogger(EvaluationAttempt.class.getName());

    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(1);

    private final EvaluationLease store;
    private final Measurements measurements;
    private final ClaimJournal journal;
    private final BooleanSupplier stopping;
    private final Clock clock;

    /**
     * @param journal where the claim is noted until it has ended
     * @param stopping whether the service shuts down: the work in hand then ends at its next step and is given back
     */
    EvaluationAttempt(
            EvaluationLease store,
            Measurements measurements,
            ClaimJournal journal,
            BooleanSupplier stopping,
            Clock clock) {
        this.store = store;
        this.measurements = measurements;
        this.journal = journal;
        this.stopping = stopping;
        this.clock = clock;
    }

    /** Measures and records; every way it can end is told to the store, if the claim still holds. */
    void run(EvaluationClaim claim) {
        LOG.log(
                Level.INFO,
                "evaluation {0} of job {1}, attempt {2}",
                claim.evaluationId(),
                claim.jobId(),
                claim.attempt());
        try (Heartbeat heartbeat = Heartbeat.start(claim.lease(), () -> store.heartbeat(claim))) {
            end(claim, heartbeat);
        } catch (StaleEpochException e) {
            LOG.log(Level.INFO, "evaluation {0} stops: {1}", claim.evaluationId(), e.getMessage());
        }
        forget(claim);
    }

    /** An error that ends the process passes this by: then the next process of the folder reports the claim. */
    private void forget(EvaluationClaim claim) {
        try {
            journal.end();
        } catch (IOException e) {
            LOG.log(
                    Level.WARNING,
                    "the end of evaluation {0} cannot be noted: {1}",
                    claim.evaluationId(),
                    e.getMessage());
        }
    }

    private void end(EvaluationClaim claim, Heartbeat heartbeat) {
        try {
            journal.begin(claim.evaluationId(), claim.epoch());
            Step step = new Reporting(claim, heartbeat);
            List<Score> scores = measurements.of(claim.work(), step);
            step.patience().tell(() -> store.complete(claim, scores));
        } catch (StaleEpochException e) {
            throw e;
        } catch (StoppingException e) {
            store.giveBack(claim);
        } catch (Exception | OutOfMemoryError e) {
            Failure failure = Failures.of(e, null, null, claim.attempt());
            log(claim, failure, e);
            report(claim, failure, heartbeat);
        }
    }

    /** Where the database cannot be told before the service stops, the lease runs out and the sweeper decides. */
    private void report(EvaluationClaim claim, Failure failure, Heartbeat heartbeat) {
        try {
            Patience.quiet(() -> step(heartbeat)).ask(() -> store.fail(claim, failure));
        } catch (StoppingException | IOException e) {
            LOG.log(Level.WARNING, "the end of evaluation {0} was not taken", claim.evaluationId());
        }
    }

    /** A stack trace only for what nobody expected. */
    private static void log(EvaluationClaim claim, Failure failure, Throwable cause) {
        String line = "evaluation " + claim.evaluationId() + " failed: " + failure.code() + ": " + cause;
        if (failure.code() == FailureCode.INTERNAL) {
            LOG.log(Level.ERROR, line, cause);
        } else {
            LOG.log(Level.WARNING, line);
        }
    }

    private void step(Heartbeat heartbeat) {
        heartbeat.check();
        if (stopping.getAsBoolean()) {
            throw new StoppingException();
        }
    }

    /** Stops when the claim is lost or the service stops; tells progress, not more often than people look. */
    private final class Reporting implements Step {

        private final EvaluationClaim claim;
        private final Heartbeat heartbeat;
        private final Patience patience;
        private Instant next = Instant.MIN;
        private EvaluationProgress last = new EvaluationProgress("fetch", 0, 1, null);
        private Instant begun = clock.instant();
        private int begunAt;
        private @Nullable Store away;

        Reporting(EvaluationClaim claim, Heartbeat heartbeat) {
            this.claim = claim;
            this.heartbeat = heartbeat;
            this.patience = new Patience(() -> step(heartbeat), this::waiting);
        }

        @Override
        public void at(String what, int done, int of) {
            step(heartbeat);
            Instant now = clock.instant();
            if (!what.equals(last.what())) {
                begun = now;
                begunAt = done;
            }
            last = new EvaluationProgress(what, done, of, eta(now, done, of));
            if (!now.isBefore(next)) {
                next = now.plus(BETWEEN_REPORTS);
                tell(last);
            }
        }

        private @Nullable Double eta(Instant now, int done, int of) {
            return done == begunAt
                    ? null
                    : Duration.between(begun, now).toMillis() / 1e3 * (of - done) / (done - begunAt);
        }

        /** A wait is told once, and its end. */
        private void waiting(Optional<Store> store) {
            if (away == store.orElse(null)) {
                return;
            }
            away = store.orElse(null);
            String since = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
            tell(store.map(s -> new EvaluationProgress(
                            "waiting for " + s.title() + " since " + since, last.done(), last.of(), null))
                    .orElse(last));
        }

        /** Progress that cannot be told now is told later: the work goes on. */
        private void tell(EvaluationProgress progress) {
            try {
                store.progress(claim, progress);
            } catch (RuntimeException e) {
                if (!Outages.causedBy(e)) {
                    throw e;
                }
            }
        }

        @Override
        public Patience patience() {
            return patience;
        }
    }

    /** The service shuts down. */
    private static final class StoppingException extends RuntimeException {
        StoppingException() {
            super("the service shuts down", null, false, false);
        }
    }
}
