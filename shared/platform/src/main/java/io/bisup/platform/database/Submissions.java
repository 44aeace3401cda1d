package io.bisup.platform.database;

import io.bisup.contract.Doorbell;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.RunLimits;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;

/** Stores new jobs: job, idempotency key, first event and bell in one transaction. */
@ApplicationScoped
class Submissions {

    private final Rows rows;
    private final EntityManager entities;
    private final Quotas quotas;
    private final Retries retries;

    Submissions(Rows rows, Quotas quotas, Retries retries) {
        this.rows = rows;
        this.retries = retries;
        this.quotas = quotas;
        this.entities = rows.entities();
    }

    @Transactional
    Submission submit(NewJob request) {
        // Waits for a concurrent transaction with the same key, so that a key has one owner.
        List<?> inserted = entities.createNativeQuery("""
            insert into idempotency (tenant, key, fingerprint, job_id, created_at)
            values (:tenant, :key, :fingerprint, uuidv7(), clock_timestamp())
            on conflict (tenant, key) do nothing
            returning job_id, created_at
            """, Object[].class)
                .setParameter("tenant", request.tenant())
                .setParameter("key", request.idempotencyKey())
                .setParameter("fingerprint", request.requestFingerprint())
                .getResultList();
        if (inserted.isEmpty()) {
            return repeated(request);
        }
        Object[] owner = (Object[]) inserted.getFirst();
        return create((UUID) owner[0], (Instant) owner[1], request);
    }

    private Submission repeated(NewJob request) {
        Object[] owner = (Object[]) entities.createNativeQuery(
                        "select fingerprint, cast(job_id as text) from idempotency where tenant = :tenant and key ="
                                + " :key",
                        Object[].class)
                .setParameter("tenant", request.tenant())
                .setParameter("key", request.idempotencyKey())
                .getSingleResult();
        if (!request.requestFingerprint().equals(owner[0])) {
            throw new IdempotencyConflictException(request.idempotencyKey());
        }
        JobEntity job = entities.find(JobEntity.class, UUID.fromString((String) owner[1]));
        return new Submission(job.toRecord(), false);
    }

    private Submission create(UUID id, Instant now, NewJob request) {
        quotas.requireRoomForJob(request.tenant());
        JobEntity job = new JobEntity();
        job.id = id;
        retries.begin(job, request.origin());
        job.state = JobState.QUEUED;
        job.tenant = request.tenant();
        job.model = request.model().name();
        job.modelDigest = request.model().digest();
        job.blocks = request.model().blocks();
        job.spec = Documents.write(request.spec());
        job.recipe = Documents.write(request.recipe());
        job.calibration = Documents.write(request.calibration());
        job.priority = request.spec().priority().rank();
        RunLimits limits = request.spec().limits();
        job.maxPendingSeconds = limits == null ? null : limits.pendingSeconds();
        job.maxAttemptSeconds = limits == null ? null : limits.attemptSeconds();
        job.submittedAt = now;
        job.queuedAt = now;
        job.rungAt = now;
        job.updatedAt = now;
        entities.persist(job);
        entities.persist(input(id, request));
        Map<String, Object> told = new TreeMap<>(retries.takeOver(job));
        told.put("state", JobState.QUEUED.name());
        rows.tell(job, JobEvent.Type.STATE_CHANGED, now, told);
        rows.ring(Doorbell.QUANTIZATION_JOBS, id, now);
        entities.flush();
        return new Submission(job.toRecord(), true);
    }

    private static JobInputEntity input(UUID id, NewJob request) {
        JobInputEntity input = new JobInputEntity();
        input.jobId = id;
        input.model = Documents.write(request.model());
        input.evaluationDatasets = Documents.write(request.evaluationDatasets());
        return input;
    }
}
