package io.bisup.platform.database;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobLife;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.StaleVersionException;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Applies what is asked of a job from outside: cancel, pause, resume and change. */
@ApplicationScoped
class JobLifeCommands {

    private static final String AGAIN =
            "only what is PAUSED can be; one that FAILED or was CANCELLED is retried with :retry, and"
                    + " :clone makes a job of the same spec";

    private final Rows rows;
    private final EntityManager entities;

    JobLifeCommands(Rows rows) {
        this.rows = rows;
        this.entities = rows.entities();
    }

    @Transactional
    JobRecord cancel(String jobId) {
        JobEntity job = rows.lockExisting(jobId);
        JobLife next = allowed(job, JobLife.Command.CANCEL, "cancelled", "it has ended, and stays as it is");
        Instant now = rows.now();
        if (next.state() == JobState.CANCELLED && job.state != JobState.CANCELLED) {
            stopEvaluations(job, now);
            rows.move(job, JobState.CANCELLING, now, Map.of());
        }
        if (next.state() != job.state) {
            rows.move(job, next.state(), now, Map.of());
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
        JobLife next = allowed(job, JobLife.Command.PAUSE, "paused", "only what is QUEUED or RUNNING can be");
        Instant now = rows.now();
        if (next.state() != job.state) {
            rows.move(job, next.state(), now, Map.of());
        }
        request(job, next.pauseRequested(), now);
        return flushed(job);
    }

    @Transactional
    JobRecord resume(String jobId) {
        JobEntity job = rows.lockExisting(jobId);
        JobLife next = allowed(job, JobLife.Command.RESUME, "resumed", AGAIN);
        Instant now = rows.now();
        if (next.state() != job.state) {
            rows.enqueue(job, null, now, Map.of());
        }
        request(job, next.pauseRequested(), now);
        return flushed(job);
    }

    @Transactional
    JobRecord change(String jobId, long version, QuantizationJobSpec spec) {
        JobEntity job = rows.lockExisting(jobId);
        if (job.version != version) {
            throw new StaleVersionException(jobId);
        }
        allowed(
                job,
                JobLife.Command.CHANGE,
                "changed",
                "only what is QUEUED or PAUSED can be; :clone takes other labels");
        job.spec = Documents.write(spec);
        job.priority = spec.priority().rank();
        rows.tell(
                job,
                JobEvent.Type.CHANGED,
                rows.now(),
                Map.of("priority", spec.priority().id(), "labels", new TreeMap<>(spec.labels())));
        return flushed(job);
    }

    private static JobLife allowed(JobEntity job, JobLife.Command command, String action, String remedy) {
        return job.life()
                .after(command)
                .orElseThrow(() -> new IllegalTransitionException(job.id.toString(), job.state, action, remedy));
    }

    private static void request(JobEntity job, boolean pause, Instant now) {
        if (job.pauseRequested != pause) {
            job.pauseRequested = pause;
            job.updatedAt = now;
        }
    }

    private JobRecord flushed(JobEntity job) {
        entities.flush();
        return job.toRecord();
    }
}
