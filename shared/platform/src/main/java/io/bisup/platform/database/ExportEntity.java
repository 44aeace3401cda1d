package io.bisup.platform.database;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.Failure;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.ExportRecord;
import jakarta.persistence.Column;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Table;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** A row of {@code artifact_export}. */
@Entity
@Table(name = "artifact_export")
@SuppressWarnings("NullAway.Init") // Hibernate sets the fields
public class ExportEntity extends LeasedEntity {

    @Column(name = "job_id")
    UUID jobId;

    String tenant;

    @Enumerated(EnumType.STRING)
    ExportFormat format;

    @Enumerated(EnumType.STRING)
    ExportState state;

    String failures = "";

    @Nullable
    String files;

    @Nullable
    String digest;

    @Nullable
    String progress;

    @Column(name = "created_at")
    Instant createdAt;

    @Column(name = "collected_at")
    @Nullable
    Instant collectedAt;

    /** One that waits. */
    static ExportEntity queued(UUID id, JobEntity job, ExportFormat format, Instant now) {
        ExportEntity row = new ExportEntity();
        row.id = id;
        row.jobId = job.id;
        row.tenant = job.tenant;
        row.format = format;
        row.state = ExportState.QUEUED;
        row.createdAt = now;
        row.queuedAt = now;
        row.rungAt = now;
        return row;
    }

    /** One that a job's attempt made, or could not make, together with the artifact. */
    static ExportEntity ended(UUID id, JobEntity job, ArtifactManifest manifest, ArtifactExport made, Instant now) {
        ExportEntity row = queued(id, job, made.format(), now);
        row.attempt = manifest.attempt();
        row.workerId = job.workerId;
        Failure failure = made.failure();
        if (failure == null) {
            row.succeed(made.files(), now);
        } else {
            row.failures = failure.code().name();
            row.failure = Documents.write(failure);
            row.end(ExportState.FAILED, now);
        }
        return row;
    }

    void succeed(List<ObjectEntry> made, Instant now) {
        files = Documents.write(
                made.stream().sorted(Comparator.comparing(ObjectEntry::name)).toList());
        digest = Digests.of(made);
        failure = null;
        end(ExportState.SUCCEEDED, now);
    }

    void end(ExportState reached, Instant now) {
        state = reached;
        leaseUntil = null;
        progress = null;
        finishedAt = now;
    }

    ExportRecord toRecord() {
        return new ExportRecord(
                id.toString(),
                jobId.toString(),
                format,
                state,
                attempt,
                workerId,
                Documents.readNullable(progress, ExportedBytes.class),
                Documents.readNullable(failure, Failure.class),
                Documents.readList(files, ObjectEntry.class),
                digest,
                createdAt,
                finishedAt);
    }
}
