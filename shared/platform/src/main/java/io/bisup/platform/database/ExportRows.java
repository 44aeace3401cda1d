package io.bisup.platform.database;

import io.bisup.contract.Doorbell;
import io.bisup.contract.ExportState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.StaleEpochException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What transactions on exports share: the row's lock, the fence of the epoch, the end of an attempt. */
@ApplicationScoped
class ExportRows {

    private final Rows rows;
    private final EntityManager entities;
    private final JobLimits limits;

    ExportRows(Rows rows, JobLimits limits) {
        this.rows = rows;
        this.entities = rows.entities();
        this.limits = limits;
    }

    Optional<ExportEntity> lock(UUID id) {
        return entities.createQuery("from ExportEntity e where e.id = :id", ExportEntity.class)
                .setParameter("id", id)
                .setLockMode(LockModeType.PESSIMISTIC_WRITE)
                .getResultStream()
                .findFirst();
    }

    Optional<ExportEntity> held(UUID id, long epoch) {
        return lock(id).filter(row -> row.epoch == epoch && row.state == ExportState.RUNNING);
    }

    ExportEntity fenced(ExportClaim claim) {
        return held(UUID.fromString(claim.exportId()), claim.epoch())
                .orElseThrow(() -> new StaleEpochException(claim.exportId(), claim.epoch()));
    }

    void enqueue(ExportEntity row, @Nullable Instant notBefore, Instant now) {
        row.state = ExportState.QUEUED;
        row.leaseUntil = null;
        row.progress = null;
        row.queuedAt = now;
        row.notBefore = notBefore;
        row.rungAt = notBefore == null ? now : notBefore;
        rows.ring(Doorbell.QUANTIZATION_JOBS, row.id, row.rungAt);
    }

    /** Ends an attempt with a failure: tried again, or FAILED. The row is locked. */
    void fail(ExportEntity row, Failure failure, Instant now) {
        String code = failure.code().name();
        row.failures = (row.failures + " " + code).trim();
        row.failure = Documents.write(failure);
        int used = (int)
                Arrays.stream(row.failures.split(" ")).filter(code::equals).count();
        if (used < failure.code().attempts()) {
            enqueue(row, BackOff.until(failure.code(), used, now, limits), now);
        } else {
            row.end(ExportState.FAILED, now);
        }
    }

    void lose(ExportEntity row, Instant now) {
        String message = row.leaseExpired(now)
                ? "worker " + row.workerId + " sent no heartbeat until " + row.leaseUntil
                : "the process of worker " + row.workerId + " died";
        fail(row, Failure.of(FailureCode.LEASE_LOST, message), now);
    }

    /** Exports that one of the three clocks may have run out for. */
    List<UUID> suspects() {
        Instant now = rows.now();
        return entities.createQuery("""
                        select e.id from ExportEntity e
                        where (e.state = RUNNING and (e.leaseUntil < :now or e.attemptStartedAt < :ran))
                           or (e.state = QUEUED and e.queuedAt < :waited)
                        """, UUID.class)
                .setParameter("now", now)
                .setParameter("ran", now.minus(limits.maxAttempt()))
                .setParameter("waited", now.minus(limits.maxPending()))
                .setMaxResults(1000)
                .getResultList();
    }

    /** Settles one after looking again, under its lock. */
    void settle(UUID id, boolean leasesCount) {
        lock(id).ifPresent(row -> settle(row, rows.now(), leasesCount));
    }

    private void settle(ExportEntity row, Instant now, boolean leasesCount) {
        boolean running = row.state == ExportState.RUNNING;
        if (running && row.leaseExpired(now)) {
            if (leasesCount) {
                lose(row, now);
            }
        } else if (running && Sweeps.before(row.attemptStartedAt, now, limits.maxAttempt())) {
            fail(row, Sweeps.deadline("bisup.jobs.max-attempt", limits.maxAttempt()), now);
        } else if (row.state == ExportState.QUEUED && Sweeps.before(row.queuedAt, now, limits.maxPending())) {
            row.failure = Documents.write(Sweeps.deadline("bisup.jobs.max-pending", limits.maxPending()));
            row.end(ExportState.FAILED, now);
        }
    }
}
