package io.bisup.platform.database;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.Measurement;
import io.bisup.platform.job.EvaluationRecord;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code evaluation}. */
@Entity
@Table(name = "evaluation")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class EvaluationEntity {

    @Id
    UUID id;

    @Version
    long version;

    @Column(name = "job_id")
    UUID jobId;

    @Enumerated(EnumType.STRING)
    EvaluationState state;

    int attempt;
    long epoch;

    @Column(name = "worker_id")
    @Nullable
    String workerId;

    @Column(name = "heartbeat_at")
    @Nullable
    Instant heartbeatAt;

    @Column(name = "lease_until")
    @Nullable
    Instant leaseUntil;

    @Column(name = "queued_at")
    Instant queuedAt;

    @Column(name = "rung_at")
    Instant rungAt;

    @Column(name = "not_before")
    @Nullable
    Instant notBefore;

    @Column(name = "attempt_started_at")
    @Nullable
    Instant attemptStartedAt;

    String failures = "";

    @Nullable
    String failure;

    @Nullable
    String measurements;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "finished_at")
    @Nullable
    Instant finishedAt;

    boolean due(Instant now) {
        return notBefore == null || !notBefore.isAfter(now);
    }

    boolean leaseExpired(Instant now) {
        return leaseUntil != null && leaseUntil.isBefore(now);
    }

    EvaluationRecord toRecord() {
        return new EvaluationRecord(
                id.toString(),
                jobId.toString(),
                state,
                attempt,
                workerId,
                Documents.readNullable(failure, Failure.class),
                Documents.readList(measurements, Measurement.class),
                createdAt,
                finishedAt);
    }
}
