package io.bisup.platform.database;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Phase;
import io.bisup.contract.Progress;
import io.bisup.platform.job.JobLife;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** How an attempt ends when it did not publish: what becomes of the job is decided here, whoever noticed. */
@ApplicationScoped
class Settlements {

    private final Rows rows;
    private final EntityManager entities;
    private final JobLimits limits;

    Settlements(Rows rows, JobLimits limits) {
        this.rows = rows;
        this.entities = rows.entities();
        this.limits = limits;
    }

    /** Ends the attempt with a failure; the row is locked. */
    void fail(JobEntity job, Failure failure, Instant now) {
        end(job, "failed", failure, now);
        job.failure = Documents.write(failure);
        decide(job, failure, now);
    }

    /** Ends an attempt whose lease ran out; the row is locked. */
    void lose(JobEntity job, Instant now) {
        Failure failure = new Failure(
                FailureCode.LEASE_LOST,
                job.leaseExpired(now)
                        ? "worker " + job.workerId + " sent no heartbeat until " + job.leaseUntil
                        : "the process of worker " + job.workerId + " died",
                FailureCode.LEASE_LOST.remedy(),
                null,
                null,
                job.attempt);
        end(job, "lost", failure, now);
        job.failure = Documents.write(failure);
        rows.tell(
                job,
                JobEvent.Type.ATTEMPT_LOST,
                now,
                Map.of("attempt", job.attempt, "workerId", String.valueOf(job.workerId)));
        decide(job, failure, now);
    }

    /** Writes the end of the current attempt. */
    void end(JobEntity job, String outcome, @Nullable Failure failure, Instant now) {
        entities.createQuery("from AttemptEntity a where a.jobId = :id and a.number = :number", AttemptEntity.class)
                .setParameter("id", job.id)
                .setParameter("number", job.attempt)
                .getResultStream()
                .forEach(a -> {
                    a.endedAt = now;
                    a.outcome = outcome;
                    a.blocksAtEnd = job.blocksCommitted;
                    a.failureCode = failure == null ? null : failure.code().name();
                    a.failure = failure == null ? null : Documents.write(failure);
                });
        job.leaseUntil = null;
        job.heartbeatAt = null;
        job.progress = Documents.write(atTheEnd(job, outcome, failure, now));
    }

    /** Nothing runs any more: the phase is the one it ended in, and it waits for nothing. */
    private static Progress atTheEnd(JobEntity job, String outcome, @Nullable Failure failure, Instant now) {
        Progress last = Documents.readNullable(job.progress, Progress.class);
        Double seconds = last == null ? null : last.secondsPerBlock();
        if (outcome.equals("published")) {
            return new Progress(Phase.PUBLISH, job.blocks, job.blocks, seconds, 0.0, now);
        }
        Phase phase = failure != null && failure.phase() != null
                ? failure.phase()
                : last == null ? Phase.FETCH : last.phase();
        return new Progress(phase, job.blocksCommitted, job.blocks, seconds, null, now);
    }

    private void decide(JobEntity job, Failure failure, Instant now) {
        int used = failuresWithoutProgress(job, failure.code());
        Map<String, Object> why = new TreeMap<>();
        why.put("attempt", job.attempt);
        why.put("failure", failure.code().name());
        why.put("message", failure.message());
        boolean last = used >= failure.code().attempts();
        JobLife next = job.after(last ? JobLife.Command.FAIL_FOR_GOOD : JobLife.Command.FAIL);
        job.pauseRequested = next.pauseRequested();
        if (next.state() == JobState.QUEUED) {
            rows.enqueue(job, BackOff.until(failure.code(), used, now, limits), now, why);
        } else {
            rows.move(job, next.state(), now, why);
        }
    }

    /** A long job on flaky machines may lose many attempts; only those that committed nothing count. */
    private int failuresWithoutProgress(JobEntity job, FailureCode code) {
        return entities.createQuery("""
                        select count(a) from AttemptEntity a
                        where a.jobId = :id and a.failureCode = :code and a.blocksAtEnd = :committed
                        """, Long.class)
                .setParameter("id", job.id)
                .setParameter("code", code.name())
                .setParameter("committed", job.blocksCommitted)
                .getSingleResult()
                .intValue();
    }
}
