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

    /** Ends an attempt with a failure: tried again, or FAILED. The row is locked. */
    void end(MeasuringEntity row, Failure failure, Instant now) {
        String code = failure.code().name();
        row.failures = (row.failures + " " + code).trim();
        row.failure = Documents.write(failure);
        int used = (int)
                Arrays.stream(row.failures.split(" ")).filter(code::equals).count();
        if (used < failure.code().attempts()) {
            enqueue(row, BackOff.until(failure.code(), used, now, limits), now);
            return;
        }
        row.state = EvaluationState.FAILED;
        row.leaseUntil = null;
        row.finishedAt = now;
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

    /** What is told of an attempt whose lease ran out. */
    static Failure lost(MeasuringEntity row) {
        return Failure.of(
                FailureCode.LEASE_LOST, "evaluator " + row.workerId + " sent no heartbeat until " + row.leaseUntil);
    }
}
