package io.bisup.platform.database;

import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.Progress;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.job.JobLife;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.Origin;
import io.bisup.platform.registry.RegisteredDataset;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.UUID;
import org.hibernate.annotations.Formula;
import org.jspecify.annotations.Nullable;

/** A row of {@code job}. */
@Entity
@Table(name = "job")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class JobEntity extends LeasedEntity {

    @Enumerated(EnumType.STRING)
    JobState state;

    String tenant;
    String model;

    @Column(name = "model_digest")
    String modelDigest;

    int blocks;
    String spec;
    String recipe;
    String calibration;

    @Column(name = "cloned_from")
    @Nullable
    UUID clonedFrom;

    @Column(name = "retry_of")
    @Nullable
    UUID retryOf;

    /** Rank of the spec's priority: the queue is ordered by it. */
    int priority;

    @Column(name = "max_pending_seconds")
    @Nullable
    Long maxPendingSeconds;

    @Column(name = "max_attempt_seconds")
    @Nullable
    Long maxAttemptSeconds;

    /** The first of the jobs that retry one another; its row's lock orders what is done to all of them. */
    UUID family;

    @Column(name = "pause_requested")
    boolean pauseRequested;

    @Column(name = "blocks_committed")
    int blocksCommitted;

    @Nullable
    String progress;

    @Nullable
    String measurements;

    @Column(name = "artifact_digest")
    @Nullable
    String artifactDigest;

    @Column(name = "artifact_bytes")
    @Nullable
    Long artifactBytes;

    @Column(name = "last_sequence")
    long lastSequence;

    @Column(name = "submitted_at")
    Instant submittedAt;

    @Column(name = "updated_at")
    Instant updatedAt;

    @Column(name = "started_at")
    @Nullable
    Instant startedAt;

    /** Half a lease without a heartbeat: whatever the progress says, nobody knows. */
    @Formula("coalesce(state in ('RUNNING', 'CANCELLING')"
            + " and heartbeat_at + (lease_until - heartbeat_at) / 2 < clock_timestamp(), false)")
    boolean heartbeatLate;

    JobLife life() {
        return new JobLife(state, pauseRequested);
    }

    /** The life after a command that the caller knows to be possible here. */
    JobLife after(JobLife.Command command) {
        return life().after(command)
                .orElseThrow(() -> new IllegalStateException(
                        "job " + id + " is " + state + ": " + command + " has no place there"));
    }

    QuantizationJobSpec readSpec() {
        return Documents.read(spec, QuantizationJobSpec.class);
    }

    private @Nullable Progress readProgress() {
        Progress told = Documents.readNullable(progress, Progress.class);
        return told == null ? null : told.withCommitted(blocksCommitted);
    }

    private @Nullable Origin origin() {
        if (retryOf != null) {
            return new Origin(Origin.Kind.RETRY, retryOf.toString());
        }
        return clonedFrom == null ? null : new Origin(Origin.Kind.CLONE, clonedFrom.toString());
    }

    JobRecord toRecord() {
        return new JobRecord(
                id.toString(),
                version,
                tenant,
                readSpec(),
                Documents.readShared(recipe, Recipe.class),
                modelDigest,
                blocks,
                Documents.readShared(calibration, RegisteredDataset.class),
                state,
                pauseRequested,
                attempt,
                epoch,
                workerId,
                heartbeatLate,
                readProgress(),
                Documents.readNullable(failure, Failure.class),
                artifactDigest,
                artifactBytes,
                Documents.readList(measurements, Measurement.class),
                origin(),
                lastSequence,
                submittedAt,
                updatedAt,
                notBefore,
                startedAt,
                finishedAt);
    }
}
