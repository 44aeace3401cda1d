package io.bisup.platform.database;

import io.bisup.contract.Doorbell;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.Score;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.JobNotFoundException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Evaluation jobs of their own in PostgreSQL. */
@ApplicationScoped
class DatabaseEvaluationJobStore implements EvaluationJobStore {

    private final Rows rows;
    private final EvaluationRows evaluations;
    private final EvaluationJobRows evaluationJobs;
    private final EntityManager entities;
    private final Quotas quotas;

    DatabaseEvaluationJobStore(Rows rows, EvaluationRows evaluations, EvaluationJobRows evaluationJobs, Quotas quotas) {
        this.rows = rows;
        this.evaluations = evaluations;
        this.evaluationJobs = evaluationJobs;
        this.quotas = quotas;
        this.entities = rows.entities();
    }

    @Override
    @Transactional
    public EvaluationJobRecord submit(New job) {
        // Two posts with one key at once: the second waits here for the first one's row.
        entities.createNativeQuery("select pg_advisory_xact_lock(hashtextextended(:key, 10))")
                .setParameter("key", job.tenant() + "/" + job.key())
                .getSingleResult();
        Optional<EvaluationJobEntity> before = entities.createQuery(
                        "from EvaluationJobEntity e where e.tenant = :tenant and e.idempotencyKey = :key",
                        EvaluationJobEntity.class)
                .setParameter("tenant", job.tenant())
                .setParameter("key", job.key())
                .getResultStream()
                .findFirst();
        if (before.isPresent()) {
            if (!before.get().fingerprint.equals(job.fingerprint())) {
                throw new IdempotencyConflictException(job.key());
            }
            return before.get().toRecord();
        }
        quotas.requireRoomForJob(job.tenant());
        EvaluationJobEntity row = row(job);
        entities.persist(row);
        rows.ring(Doorbell.EVALUATION_JOBS, row.id, row.queuedAt);
        return row.toRecord();
    }

    private EvaluationJobEntity row(New job) {
        Instant now = rows.now();
        EvaluationJobEntity row = new EvaluationJobEntity();
        row.id = rows.newId();
        row.tenant = job.tenant();
        row.state = EvaluationState.QUEUED;
        row.spec = Documents.write(job.spec());
        row.model = Documents.write(job.model());
        row.artifact = job.artifact() == null ? null : Documents.write(job.artifact());
        row.datasets = Documents.write(job.datasets());
        row.idempotencyKey = job.key();
        row.fingerprint = job.fingerprint();
        row.createdAt = now;
        row.queuedAt = now;
        row.rungAt = now;
        return row;
    }

    @Override
    @Transactional
    public Optional<EvaluationJobRecord> findJob(String tenant, String id) {
        return Rows.parse(id)
                .map(uuid -> entities.find(EvaluationJobEntity.class, uuid))
                .filter(row -> row.tenant.equals(tenant))
                .map(EvaluationJobEntity::toRecord);
    }

    @Override
    @Transactional
    public List<EvaluationJobRecord> newest(String tenant, int count) {
        return entities.createQuery(
                        "from EvaluationJobEntity e where e.tenant = :tenant order by e.id desc",
                        EvaluationJobEntity.class)
                .setParameter("tenant", tenant)
                .setMaxResults(count)
                .getResultStream()
                .map(EvaluationJobEntity::toRecord)
                .toList();
    }

    @Override
    @Transactional
    public Optional<EvaluationClaim> claimJob(String id, String workerId, Duration lease) {
        return Rows.parse(id)
                .flatMap(evaluationJobs::lock)
                .filter(row -> row.state == EvaluationState.QUEUED && row.due(rows.now()))
                .map(row -> take(row, workerId, lease, rows.now()));
    }

    private static EvaluationClaim take(EvaluationJobEntity row, String workerId, Duration lease, Instant now) {
        row.state = EvaluationState.RUNNING;
        row.take(workerId, lease, now);
        String id = row.id.toString();
        return new EvaluationClaim(id, id, row.epoch, row.attempt, workerId, lease, row.work());
    }

    @Override
    @Transactional
    public Optional<String> oldestWaitingJob(Duration waited) {
        return Waiting.oldest(entities, "evaluation_job", waited);
    }

    @Override
    @Transactional
    public EvaluationJobRecord cancel(String tenant, String id) {
        EvaluationJobEntity row = Rows.parse(id)
                .flatMap(evaluationJobs::lock)
                .filter(found -> found.tenant.equals(tenant))
                .orElseThrow(() -> new JobNotFoundException(id));
        if (!row.state.terminal()) {
            row.state = EvaluationState.CANCELLED;
            row.finishedAt = rows.now();
            row.leaseUntil = null;
        }
        return row.toRecord();
    }

    @Override
    @Transactional
    public void heartbeat(EvaluationClaim claim) {
        EvaluationJobEntity row = evaluationJobs.fenced(claim);
        row.heartbeatAt = rows.now();
        row.leaseUntil = row.heartbeatAt.plus(claim.lease());
    }

    @Override
    @Transactional
    public void progress(EvaluationClaim claim, EvaluationProgress progress) {
        evaluationJobs
                .held(UUID.fromString(claim.evaluationId()), claim.epoch())
                .ifPresent(row -> row.progress = Documents.write(progress));
    }

    @Override
    @Transactional
    public void complete(EvaluationClaim claim, List<? extends Score> scores) {
        EvaluationJobEntity row = evaluationJobs.fenced(claim);
        row.state = EvaluationState.SUCCEEDED;
        row.scores = Documents.write(scores);
        row.failure = null;
        row.leaseUntil = null;
        row.finishedAt = rows.now();
    }

    @Override
    @Transactional
    public EvaluationState fail(EvaluationClaim claim, Failure failure) {
        EvaluationJobEntity row = evaluationJobs.fenced(claim);
        evaluations.end(row, failure, rows.now());
        return row.state;
    }

    @Override
    @Transactional
    public void lost(String evaluationId, long epoch) {
        Rows.parse(evaluationId).flatMap(id -> evaluationJobs.held(id, epoch)).ifPresent(row -> {
            Instant now = rows.now();
            evaluations.end(row, EvaluationRows.lost(row, now), now);
        });
    }

    @Override
    @Transactional
    public void giveBack(EvaluationClaim claim) {
        evaluations.enqueue(evaluationJobs.fenced(claim), null, rows.now());
    }
}
