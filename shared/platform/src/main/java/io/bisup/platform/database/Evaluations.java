package io.bisup.platform.database;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.QualityGate;
import io.bisup.contract.Score;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** Evaluations are claimed, kept alive and ended. */
@ApplicationScoped
class Evaluations {

    private final Rows rows;
    private final EvaluationRows evaluations;
    private final EntityManager entities;

    Evaluations(Rows rows, EvaluationRows evaluations) {
        this.rows = rows;
        this.evaluations = evaluations;
        this.entities = rows.entities();
    }

    /** By how many of the tenant's run or come before it: tenants take turns along the whole list. */
    @Transactional
    List<String> due(int most) {
        List<?> ids = entities.createNativeQuery("""
            with live as (
                select e.id, j.tenant, j.priority, e.created_at, e.state, coalesce(e.not_before, e.queued_at) as due
                from evaluation e join job j on j.id = e.job_id where e.state in ('QUEUED', 'RUNNING')
                union all
                select id, tenant, 0, created_at, state, coalesce(not_before, queued_at)
                from evaluation_job where state in ('QUEUED', 'RUNNING'))
            select cast(q.id as text) from (
                select id, tenant, row_number() over (partition by tenant order by priority desc, id) as place,
                       min(created_at) over (partition by tenant) as since
                from live where state = 'QUEUED' and due <= clock_timestamp()) q
            left join (select tenant, count(*) as running from live where state = 'RUNNING' group by tenant) r
                on r.tenant = q.tenant
            order by q.place + coalesce(r.running, 0), q.since, q.tenant
            """, String.class)
                .setMaxResults(most)
                .getResultList();
        return ids.stream().map(String::valueOf).toList();
    }

    @Transactional
    Optional<EvaluationClaim> claim(String evaluationId, String workerId, Duration lease) {
        Optional<UUID> id = Rows.parse(evaluationId);
        Optional<JobEntity> job = id.flatMap(evaluations::jobOf).flatMap(rows::lock);
        if (job.isEmpty()) {
            return Optional.empty();
        }
        EvaluationEntity evaluation = id.flatMap(evaluations::lock).orElseThrow();
        Instant now = rows.now();
        return evaluation.state == EvaluationState.QUEUED && evaluation.due(now)
                ? Optional.of(take(job.get(), evaluation, workerId, lease, now))
                : Optional.empty();
    }

    private EvaluationClaim take(
            JobEntity job, EvaluationEntity evaluation, String workerId, Duration lease, Instant now) {
        evaluation.state = EvaluationState.RUNNING;
        evaluation.take(workerId, lease, now);
        return new EvaluationClaim(
                evaluation.id.toString(),
                job.id.toString(),
                evaluation.epoch,
                evaluation.attempt,
                workerId,
                lease,
                work(job));
    }

    private EvaluationWork work(JobEntity job) {
        JobInputEntity input = entities.find(JobInputEntity.class, job.id);
        ArtifactEntity artifact = entities.find(ArtifactEntity.class, job.id);
        return new EvaluationWork(
                Documents.read(artifact.manifest, ArtifactManifest.class),
                Documents.read(input.model, RegisteredModel.class),
                job.readSpec().evaluation(),
                Documents.readList(input.evaluationDatasets, RegisteredDataset.class));
    }

    @Transactional
    void heartbeat(EvaluationClaim claim) {
        EvaluationEntity evaluation = evaluations.fenced(claim);
        evaluation.heartbeatAt = rows.now();
        evaluation.leaseUntil = evaluation.heartbeatAt.plus(claim.lease());
    }

    @Transactional
    void progress(EvaluationClaim claim, EvaluationProgress progress) {
        entities.createQuery("update EvaluationEntity e set e.progress = :progress"
                        + " where e.id = :id and e.epoch = :epoch and e.state = :running")
                .setParameter("progress", Documents.write(progress))
                .setParameter("id", UUID.fromString(claim.evaluationId()))
                .setParameter("epoch", claim.epoch())
                .setParameter("running", EvaluationState.RUNNING)
                .executeUpdate();
    }

    @Transactional
    void complete(EvaluationClaim claim, List<? extends Score> scores) {
        JobEntity job = rows.lockExisting(claim.jobId());
        EvaluationEntity evaluation = evaluations.fenced(claim);
        Instant now = rows.now();
        List<Measurement> perplexities = scores.stream()
                .filter(Measurement.class::isInstance)
                .map(Measurement.class::cast)
                .toList();
        evaluation.state = EvaluationState.SUCCEEDED;
        evaluation.measurements = Documents.write(perplexities);
        evaluation.scores = Documents.write(scores);
        evaluation.finishedAt = now;
        evaluation.leaseUntil = null;
        evaluation.failure = null;
        job.measurements = evaluation.measurements;
        rows.tell(job, JobEvent.Type.EVALUATED, now, Map.of("measurements", perplexities, "scores", scores));
        QualityGate gate = job.readSpec().qualityGate();
        Optional<Failure> missed =
                gate == null ? Optional.empty() : gate.missed(scores).map(Evaluations::gateMissed);
        if (missed.isEmpty()) {
            rows.move(job, JobState.SUCCEEDED, now, Map.of());
            return;
        }
        job.failure = Documents.write(missed.get());
        rows.move(
                job,
                JobState.FAILED,
                now,
                Map.of(
                        "failure",
                        missed.get().code().name(),
                        "message",
                        missed.get().message()));
    }

    private static Failure gateMissed(String how) {
        return Failure.of(FailureCode.QUALITY_GATE_MISSED, how);
    }

    @Transactional
    EvaluationState fail(EvaluationClaim claim, Failure failure) {
        JobEntity job = rows.lockExisting(claim.jobId());
        EvaluationEntity evaluation = evaluations.fenced(claim);
        evaluations.fail(job, evaluation, failure, rows.now());
        return evaluation.state;
    }

    @Transactional
    void lost(String evaluationId, long epoch) {
        Optional<UUID> id = Rows.parse(evaluationId);
        Optional<JobEntity> job = id.flatMap(evaluations::jobOf).flatMap(rows::lock);
        if (job.isEmpty()) {
            return;
        }
        Instant now = rows.now();
        id.flatMap(evaluations::lock)
                .filter(row -> row.heldBy(epoch))
                .ifPresent(row -> evaluations.fail(job.get(), row, EvaluationRows.lost(row, now), now));
    }

    @Transactional
    void giveBack(EvaluationClaim claim) {
        evaluations.enqueue(evaluations.fenced(claim), null, rows.now());
    }
}
