package io.bisup.platform.database;

import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.Progress;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.Recipe;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.registry.RegisteredDataset;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.Table;
import jakarta.persistence.Version;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

/** A row of {@code job}. */
@Entity
@Table(name = "job")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class JobEntity {

    @Id
    UUID id;

    @Version
    long version;

    @Enumerated(EnumType.STRING)
    JobState state;

    String model;

    @Column(name = "model_digest")
    String modelDigest;

    int blocks;
    String spec;
    String recipe;
    String calibration;

    @Column(name = "pause_requested")
    boolean pauseRequested;

    int attempt;
    long epoch;

    @Column(name = "blocks_committed")
    int blocksCommitted;

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

    @Nullable
    String progress;

    @Nullable
    String failure;

    @Column(name = "artifact_digest")
    @Nullable
    String artifactDigest;

    @Column(name = "artifact_bytes")
    @Nullable
    Long artifactBytes;

    @Nullable
    String measurements;

    @Column(name = "last_sequence")
    long lastSequence;

    @Column(name = "submitted_at")
    Instant submittedAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "started_at")
    @Nullable
    Instant startedAt;

    @Column(name = "finished_at")
    @Nullable
    Instant finishedAt;

    /** Half a lease without a heartbeat: whatever the progress says, nobody knows. */
    @Formula("coalesce(state in ('RUNNING', 'CANCELLING')"
            + " and heartbeat_at + (lease_until - heartbeat_at) / 2 < clock_timestamp(), false)")
    boolean heartbeatLate;

    boolean due(Instant now) {
        return notBefore == null || !notBefore.isAfter(now);
    }

    boolean leaseExpired(Instant now) {
        return leaseUntil != null && leaseUntil.isBefore(now);
    }

    QuantizationJobSpec readSpec() {
        return Documents.read(spec, QuantizationJobSpec.class);
    }

    JobRecord toRecord() {
        return new JobRecord(
                id.toString(),
                version,
                readSpec(),
                Documents.read(recipe, Recipe.class),
                modelDigest,
                blocks,
                Documents.read(calibration, RegisteredDataset.class),
                state,
                pauseRequested,
                attempt,
                epoch,
                workerId,
                heartbeatLate,
                Documents.readNullable(progress, Progress.class),
                Documents.readNullable(failure, Failure.class),
                artifactDigest,
                artifactBytes,
                Documents.readList(measurements, Measurement.class),
                lastSequence,
                submittedAt,
                updatedAt,
                notBefore,
                startedAt,
                finishedAt);
    }
}
