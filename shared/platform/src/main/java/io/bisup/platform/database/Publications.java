package io.bisup.platform.database;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Doorbell;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.JobState;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobLife;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** An artifact becomes the job's result, with its exports, and its evaluation is asked for, in one transaction. */
@ApplicationScoped
class Publications {

    private final Rows rows;
    private final Settlements settlements;
    private final EntityManager entities;

    Publications(Rows rows, Settlements settlements) {
        this.rows = rows;
        this.settlements = settlements;
        this.entities = rows.entities();
    }

    @Transactional
    JobState publish(Claim claim, ArtifactManifest manifest) {
        if (!manifest.jobId().equals(claim.jobId())) {
            throw new IllegalArgumentException("the manifest is of job " + manifest.jobId());
        }
        JobEntity job = rows.fenced(claim);
        Instant now = rows.now();
        keep(job, manifest, now);
        settlements.end(job, "published", null, now);
        job.failure = null;
        Map<String, Object> what = Map.of("artifactDigest", manifest.digest(), "attempt", job.attempt);
        boolean evaluates = !job.readSpec().evaluation().isEmpty();
        JobLife next = job.after(evaluates ? JobLife.Command.PUBLISH_TO_EVALUATE : JobLife.Command.PUBLISH);
        job.pauseRequested = next.pauseRequested();
        rows.move(job, next.state(), now, what);
        if (job.state == JobState.EVALUATING) {
            evaluate(job, now);
        }
        if (job.state != JobState.CANCELLED) {
            queueMissing(job, manifest, now);
        }
        return job.state;
    }

    private void keep(JobEntity job, ArtifactManifest manifest, Instant now) {
        ArtifactEntity artifact = new ArtifactEntity();
        artifact.jobId = job.id;
        artifact.manifest = Documents.write(manifest);
        entities.persist(artifact);
        job.artifactDigest = manifest.digest();
        job.artifactBytes = manifest.bytes();
        for (ArtifactExport export : manifest.exports()) {
            entities.persist(ExportEntity.ended(rows.newId(), job, manifest, export, now));
        }
    }

    /** What the attempt was to export and could not, other than by a refusal, is made by attempts of its own. */
    private void queueMissing(JobEntity job, ArtifactManifest manifest, Instant now) {
        List<ExportFormat> missing = new ArrayList<>(job.readSpec().exports());
        manifest.exports().forEach(export -> missing.remove(export.format()));
        for (ExportFormat format : missing) {
            UUID id = rows.newId();
            entities.persist(ExportEntity.queued(id, job, format, now));
            rows.ring(Doorbell.QUANTIZATION_JOBS, id, now);
        }
    }

    private void evaluate(JobEntity job, Instant now) {
        UUID id = rows.newId();
        EvaluationEntity evaluation = new EvaluationEntity();
        evaluation.id = id;
        evaluation.jobId = job.id;
        evaluation.state = EvaluationState.QUEUED;
        evaluation.queuedAt = now;
        evaluation.rungAt = now;
        evaluation.createdAt = now;
        entities.persist(evaluation);
        rows.ring(Doorbell.EVALUATION_JOBS, id, now);
    }
}
