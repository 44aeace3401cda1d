package io.bisup.platform.database;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.JobState;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobRecord;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** People cancel, pause and resume. */
@ApplicationScoped
class Wishes {

    private final Rows rows;
    private final EntityManager entities;

    Wishes(Rows rows) {
        this.rows = rows;
        this.entities = rows.entities();
    }

    @Transactional
    JobRecord cancel(String jobId) {
        JobEntity job = rows.lockExisting(jobId);
        Instant now = rows.now();
        switch (job.state) {
            case CANCELLING, CANCELLED -> {}
            case RUNNING -> rows.move(job, JobState.CANCELLING, now, Map.of());
            case SUBMITTED, VALIDATING, QUEUED, PAUSED, EVALUATING -> {
                stopEvaluations(job, now);
                rows.move(job, JobState.CANCELLING, now, Map.of());
                rows.move(job, JobState.CANCELLED, now, Map.of());
            }
            case SUCCEEDED, FAILED, REJECTED -> throw new IllegalTransitionException(jobId, job.state, "cancelled");
        }
        return flushed(job);
    }

    /** A running evaluator is fenced: its next write finds a higher epoch. */
    private void stopEvaluations(JobEntity job, Instant now) {
        entities.createQuery("""
                        update versioned EvaluationEntity e
                        set e.state = :cancelled, e.epoch = e.epoch + 1, e.finishedAt = :now
                        where e.jobId = :id and e.state in :live
                        """)
                .setParameter("cancelled", EvaluationState.CANCELLED)
                .setParameter("now", now)
                .setParameter("id", job.id)
                .setParameter("live", List.of(EvaluationState.QUEUED, EvaluationState.RUNNING))
                .executeUpdate();
    }

    @Transactional
    JobRecord pause(String jobId) {
        JobEntity job = rows.lockExisting(jobId);
        Instant now = rows.now();
        switch (job.state) {
            case PAUSED -> {}
            case QUEUED -> rows.move(job, JobState.PAUSED, now, Map.of());
            case RUNNING -> {
                job.pauseRequested = true;
                job.updatedAt = now;
            }
            case SUBMITTED, VALIDATING, EVALUATING, CANCELLING, CANCELLED, SUCCEEDED, FAILED, REJECTED ->
                throw new IllegalTransitionException(jobId, job.state, "paused");
        }
        return flushed(job);
    }

    @Transactional
    JobRecord resume(String jobId) {
        JobEntity job = rows.lockExisting(jobId);
        Instant now = rows.now();
        switch (job.state) {
            case QUEUED -> {}
            case PAUSED -> rows.enqueue(job, null, now, Map.of());
            case RUNNING -> {
                job.pauseRequested = false;
                job.updatedAt = now;
            }
            case SUBMITTED, VALIDATING, EVALUATING, CANCELLING, CANCELLED, SUCCEEDED, FAILED, REJECTED ->
                throw new IllegalTransitionException(jobId, job.state, "resumed");
        }
        return flushed(job);
    }

    private JobRecord flushed(JobEntity job) {
        entities.flush();
        return job.toRecord();
    }
}
