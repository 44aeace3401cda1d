package io.bisup.platform.database;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.Doorbell;
import io.bisup.contract.ExportState;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.Failure;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Score;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.ExportRecord;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.JobNotFoundException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.persistence.LockModeType;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Exports in PostgreSQL. */
@ApplicationScoped
class DatabaseExportStore implements ExportStore {

    private static final List<ExportState> KEPT =
            List.of(ExportState.QUEUED, ExportState.RUNNING, ExportState.SUCCEEDED);

    private final Rows rows;
    private final ExportRows exports;
    private final EntityManager entities;
    private final Quotas quotas;
    private final JobLimits limits;

    DatabaseExportStore(Rows rows, ExportRows exports, Quotas quotas, JobLimits limits) {
        this.rows = rows;
        this.exports = exports;
        this.entities = rows.entities();
        this.quotas = quotas;
        this.limits = limits;
    }

    @Override
    @Transactional
    public Submitted submit(New export) {
        // Two posts for one artifact at once: the second waits here.
        ArtifactEntity artifact = Rows.parse(export.artifact())
                .map(id -> entities.find(ArtifactEntity.class, id, LockModeType.PESSIMISTIC_WRITE))
                .orElseThrow(() -> new JobNotFoundException(export.artifact()));
        Optional<ExportEntity> before = kept(artifact.jobId, export);
        UUID id = before.map(row -> row.id).orElseGet(rows::newId);
        String fingerprint = Digests.sha256(
                "export " + export.artifact() + " " + export.format().wireName());
        if (!owns(export, fingerprint, id)) {
            return new Submitted(repeated(export, fingerprint).toRecord(), false);
        }
        return before.map(row -> new Submitted(row.toRecord(), false))
                .orElseGet(
                        () -> new Submitted(create(id, artifact.jobId, export).toRecord(), true));
    }

    private Optional<ExportEntity> kept(UUID jobId, New export) {
        return entities.createQuery(
                        "from ExportEntity e where e.jobId = :id and e.format = :format and e.state in :kept",
                        ExportEntity.class)
                .setParameter("id", jobId)
                .setParameter("format", export.format())
                .setParameter("kept", KEPT)
                .getResultStream()
                .findFirst();
    }

    /** Whether the key is new; keys of jobs and of exports are the same tenant's keys. */
    private boolean owns(New export, String fingerprint, UUID id) {
        return entities.createNativeQuery("""
                        insert into idempotency (tenant, key, fingerprint, job_id, created_at)
                        values (:tenant, :key, :fingerprint, :id, clock_timestamp())
                        on conflict (tenant, key) do nothing
                        """)
                        .setParameter("tenant", export.tenant())
                        .setParameter("key", export.key())
                        .setParameter("fingerprint", fingerprint)
                        .setParameter("id", id)
                        .executeUpdate()
                == 1;
    }

    private ExportEntity repeated(New export, String fingerprint) {
        Object[] owner = (Object[]) entities.createNativeQuery(
                        "select fingerprint, cast(job_id as text) from idempotency where tenant = :tenant and key = :key",
                        Object[].class)
                .setParameter("tenant", export.tenant())
                .setParameter("key", export.key())
                .getSingleResult();
        if (!fingerprint.equals(owner[0])) {
            throw new IdempotencyConflictException(export.key());
        }
        return entities.find(ExportEntity.class, UUID.fromString((String) owner[1]));
    }

    private ExportEntity create(UUID id, UUID jobId, New export) {
        quotas.requireRoomForExport(export.tenant());
        Instant now = rows.now();
        ExportEntity row = ExportEntity.queued(id, entities.getReference(JobEntity.class, jobId), export.format(), now);
        entities.persist(row);
        rows.ring(Doorbell.QUANTIZATION_JOBS, id, now);
        return row;
    }

    @Override
    @Transactional
    public List<ExportRecord> ofArtifact(String artifact) {
        return Rows.parse(artifact)
                .map(id -> entities.createQuery(
                                "from ExportEntity e where e.jobId = :id order by e.id", ExportEntity.class)
                        .setParameter("id", id)
                        .getResultStream()
                        .map(ExportEntity::toRecord)
                        .toList())
                .orElse(List.of());
    }

    @Override
    @Transactional
    public Optional<ExportClaim> claimNext(String workerId, Duration lease) {
        List<?> due = entities.createNativeQuery("""
                        select e.id from artifact_export e
                        left join (select tenant, count(*) as running from artifact_export
                                   where state = 'RUNNING' group by tenant) r on r.tenant = e.tenant
                        where e.state = 'QUEUED' and coalesce(e.not_before, e.queued_at) <= clock_timestamp()
                        order by coalesce(r.running, 0), e.id limit 1 for update of e skip locked
                        """, UUID.class).getResultList();
        return due.stream()
                .findFirst()
                .flatMap(id -> exports.lock((UUID) id))
                .map(row -> take(row, workerId, lease, rows.now()));
    }

    private ExportClaim take(ExportEntity row, String workerId, Duration lease, Instant now) {
        row.state = ExportState.RUNNING;
        row.take(workerId, lease, now);
        ArtifactEntity artifact = entities.find(ArtifactEntity.class, row.jobId);
        return new ExportClaim(
                row.id.toString(),
                row.epoch,
                row.attempt,
                workerId,
                lease,
                row.format,
                Documents.read(artifact.manifest, ArtifactManifest.class),
                scores(row.jobId));
    }

    private List<Score> scores(UUID jobId) {
        return entities.createQuery(
                        "from EvaluationEntity e where e.jobId = :id and e.state = SUCCEEDED order by e.id desc",
                        EvaluationEntity.class)
                .setParameter("id", jobId)
                .setMaxResults(1)
                .getResultStream()
                .findFirst()
                .map(evaluation -> Documents.readList(evaluation.scores, Score.class))
                .orElse(List.of());
    }

    @Override
    @Transactional
    public Optional<String> oldestWaiting(Duration waited) {
        return Waiting.oldest(entities, "artifact_export", waited);
    }

    @Override
    @Transactional
    public void heartbeat(ExportClaim claim, @Nullable ExportedBytes progress) {
        ExportEntity row = exports.fenced(claim);
        row.progress = progress == null ? null : Documents.write(progress);
        row.heartbeatAt = rows.now();
        row.leaseUntil = row.heartbeatAt.plus(claim.lease());
    }

    @Override
    @Transactional
    public void complete(ExportClaim claim, List<ObjectEntry> files) {
        exports.fenced(claim).succeed(files, rows.now());
    }

    @Override
    @Transactional
    public ExportState fail(ExportClaim claim, Failure failure) {
        ExportEntity row = exports.fenced(claim);
        exports.fail(row, failure, rows.now());
        return row.state;
    }

    @Override
    @Transactional
    public void giveBack(ExportClaim claim) {
        exports.enqueue(exports.fenced(claim), null, rows.now());
    }

    @Override
    @Transactional
    public void lost(String exportId, long epoch) {
        Rows.parse(exportId).flatMap(id -> exports.held(id, epoch)).ifPresent(row -> exports.lose(row, rows.now()));
    }

    @Override
    @Transactional
    public ExportRecord cancel(String artifact, String exportId) {
        ExportEntity row = Rows.parse(exportId)
                .flatMap(exports::lock)
                .filter(found -> found.jobId.toString().equals(artifact))
                .orElseThrow(() -> new JobNotFoundException(exportId));
        if (!row.state.terminal()) {
            row.end(ExportState.CANCELLED, rows.now());
        }
        return row.toRecord();
    }

    @Override
    @Transactional
    public List<ExportRecord> uncollected(int limit) {
        return entities.createQuery(
                        "from ExportEntity e where e.collectedAt is null and e.finishedAt < :before order by e.finishedAt",
                        ExportEntity.class)
                .setParameter("before", rows.now().minus(limits.collectAfter()))
                .setMaxResults(limit)
                .getResultStream()
                .map(ExportEntity::toRecord)
                .toList();
    }

    @Override
    @Transactional
    public void collected(String exportId) {
        exports.lock(UUID.fromString(exportId)).ifPresent(row -> row.collectedAt = rows.now());
    }
}
