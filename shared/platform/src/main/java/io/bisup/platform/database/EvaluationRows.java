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

/** What every transaction on an evaluation does. Who needs both rows locks the job's first, so that nobody deadlocks. */
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

    void enqueue(EvaluationEntity evaluation, @Nullable Instant notBefore, Instant now) {
        evaluation.state = EvaluationState.QUEUED;
        evaluation.leaseUntil = null;
        evaluation.queuedAt = now;
        evaluation.notBefore = notBefore;
        evaluation.rungAt = notBefore == null ? now : notBefore;
        rows.ring(Doorbell.EVALUATION_JOBS, evaluation.id, evaluation.rungAt);
    }

    /** Ends an attempt with a failure: tried again, or FAILED with its job. Both rows are locked. */
    void fail(JobEntity job, EvaluationEntity evaluation, Failure failure, Instant now) {
        String code = failure.code().name();
        evaluation.failures = (evaluation.failures + " " + code).trim();
        evaluation.failure = Documents.write(failure);
        int used = (int) Arrays.stream(evaluation.failures.split(" "))
                .filter(code::equals)
                .count();
        if (used < failure.code().attempts()) {
            enqueue(evaluation, BackOff.until(failure.code(), used, now, limits), now);
            return;
        }
        evaluation.state = EvaluationState.FAILED;
        evaluation.finishedAt = now;
        job.failure = evaluation.failure;
        rows.move(job, JobState.FAILED, now, Map.of("failure", code, "message", failure.message()));
    }

    void lose(JobEntity job, EvaluationEntity evaluation, Instant now) {
        String message = "evaluator " + evaluation.workerId + " sent no heartbeat until " + evaluation.leaseUntil;
        fail(job, evaluation, Failure.of(FailureCode.LEASE_LOST, message), now);
    }
}
