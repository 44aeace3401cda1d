package io.bisup.platform.database;

import io.bisup.contract.Doorbell;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.StaleEpochException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What transactions on evaluations share, those of jobs and those of their own. Who needs an evaluation's row and its job's locks the
 * job's first, so that nobody deadlocks.
 */
@ApplicationScoped
class EvaluationRows {

    private final Rows rows;
    private final EntityManager entities;
    private final JobLimits limits;

    EvaluationRows(Rows rows, JobLimits limits) {
        this.rows = rows;
        this.entities = rows.entities();
        this.limits = limits;
    }

    Optional<UUID> jobOf(UUID evaluationId) {
        return entities.createQuery("select e.jobId from EvaluationEntity e where e.id = :id", UUID.class)
                .setParameter("id", evaluationId)
                .getResultStream()
                .findFirst();
    }

    Optional<EvaluationEntity> lock(UUID id) {
        return entities.createQuery("from EvaluationEntity e where e.id = :id", EvaluationEntity.class)
                .setParameter("id", id)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    EvaluationEntity fenced(EvaluationClaim claim) {
        return entities.createQuery(
                        "from EvaluationEntity e where e.id = :id and e.epoch = :epoch and e.state = :running",
                        EvaluationEntity.class)
                .setParameter("id", UUID.fromString(claim.evaluationId()))
                .setParameter("epoch", claim.epoch())
                .setParameter("running", EvaluationState.RUNNING)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst()
                .orElseThrow(() -> new StaleEpochException(claim.evaluationId(), claim.epoch()));
    }

    void enqueue(MeasuringEntity row, @Nullable Instant notBefore, Instant now) {
        row.state = EvaluationState.QUEUED;
        row.leaseUntil = null;
        row.queuedAt = now;
        row.notBefore = notBefore;
        row.rungAt = notBefore == null ? now : notBefore;
        rows.ring(Doorbell.EVALUATION_JOBS, row.id, row.rungAt);
    }

    /** Evaluations of a kind that one of the three clocks may have run out for. */
    List<UUID> suspects(Class<? extends MeasuringEntity> kind) {
        Instant now = rows.now();
        return entities.createQuery(
                        "select e.id from " + kind.getSimpleName()
                                + " e where (e.state = RUNNING and (e.leaseUntil < :now or e.attemptStartedAt < :ran))"
                                + " or (e.state = QUEUED and e.queuedAt < :waited)",
                        UUID.class)
                .setParameter("now", now)
                .setParameter("ran", now.minus(limits.maxAttempt()))
                .setParameter("waited", now.minus(limits.maxPending()))
                .setMaxResults(1000)
                .getResultList();
    }

    /** What ends the attempt or the wait of a locked row, if one of the three clocks ran out. */
    Optional<Failure> overdue(MeasuringEntity row, Instant now, boolean leasesCount) {
        boolean running = row.state == EvaluationState.RUNNING;
        if (running && row.leaseExpired(now)) {
            return leasesCount ? Optional.of(lost(row, now)) : Optional.empty();
        }
        if (running && Sweeps.before(row.attemptStartedAt, now, limits.maxAttempt())) {
            return Optional.of(Sweeps.deadline("bisup.jobs.max-attempt", limits.maxAttempt()));
        }
        if (row.state == EvaluationState.QUEUED && Sweeps.before(row.queuedAt, now, limits.maxPending())) {
            return Optional.of(Sweeps.deadline("bisup.jobs.max-pending", limits.maxPending()));
        }
        return Optional.empty();
    }

    /** Ends an attempt with a failure: tried again, or FAILED. What only waited is FAILED. The row is locked. */
    void end(MeasuringEntity row, Failure failure, Instant now) {
        row.failure = Documents.write(failure);
        if (row.state == EvaluationState.RUNNING) {
            String code = failure.code().name();
            row.failures = (row.failures + " " + code).trim();
            int used = (int)
                    Arrays.stream(row.failures.split(" ")).filter(code::equals).count();
            if (used < failure.code().attempts()) {
                enqueue(row, nextAttempt(row, failure.code(), used, now), now);
                return;
            }
        }
        row.state = EvaluationState.FAILED;
        row.leaseUntil = null;
        row.finishedAt = now;
    }

    /** One that took its process with it may do so again: unlike after a lease that was waited for, others go first. */
    private @Nullable Instant nextAttempt(MeasuringEntity row, FailureCode code, int used, Instant now) {
        boolean died = code == FailureCode.LEASE_LOST && !row.leaseExpired(now);
        return died ? BackOff.pause(used, now, limits) : BackOff.until(code, used, now, limits);
    }

    /** As {@link #end}; where that fails the evaluation, its job fails too. Both rows are locked. */
    void fail(JobEntity job, EvaluationEntity evaluation, Failure failure, Instant now) {
        end(evaluation, failure, now);
        if (evaluation.state == EvaluationState.FAILED) {
            job.failure = evaluation.failure;
            rows.move(
                    job, JobState.FAILED, now, Map.of("failure", failure.code().name(), "message", failure.message()));
        }
    }

    /** What is told of an attempt whose lease ran out, or whose process died. */
    static Failure lost(MeasuringEntity row, Instant now) {
        return Failure.of(
                FailureCode.LEASE_LOST,
                row.leaseExpired(now)
                        ? "evaluator " + row.workerId + " sent no heartbeat until " + row.leaseUntil
                        : "the process of evaluator " + row.workerId + " died");
    }
}
