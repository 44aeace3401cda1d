package io.bisup.platform.database;

import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.StaleEpochException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/** What transactions on evaluation jobs of their own share: the row's lock, the fence of the epoch, the sweeper's look. */
@ApplicationScoped
class EvaluationJobRows {

    private final Rows rows;
    private final EvaluationRows evaluations;
    private final EntityManager entities;

    EvaluationJobRows(Rows rows, EvaluationRows evaluations) {
        this.rows = rows;
        this.evaluations = evaluations;
        this.entities = rows.entities();
    }

    Optional<EvaluationJobEntity> lock(UUID id) {
        return entities.createQuery("from EvaluationJobEntity e where e.id = :id", EvaluationJobEntity.class)
                .setParameter("id", id)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    Optional<EvaluationJobEntity> held(UUID id, long epoch) {
        return lock(id).filter(row -> row.heldBy(epoch));
    }

    EvaluationJobEntity fenced(EvaluationClaim claim) {
        return held(UUID.fromString(claim.evaluationId()), claim.epoch())
                .orElseThrow(() -> new StaleEpochException(claim.evaluationId(), claim.epoch()));
    }

    /** Settles one after looking again, under its lock. */
    void settle(UUID id, boolean leasesCount) {
        lock(id).ifPresent(row -> settle(row, rows.now(), leasesCount));
    }

    private void settle(EvaluationJobEntity row, Instant now, boolean leasesCount) {
        evaluations.overdue(row, now, leasesCount).ifPresent(failure -> evaluations.end(row, failure, now));
    }
}
