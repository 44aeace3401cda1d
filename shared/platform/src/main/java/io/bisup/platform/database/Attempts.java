package io.bisup.platform.database;

import io.bisup.contract.BlockReport;
import io.bisup.contract.Failure;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Progress;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.Signal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An attempt writes: each write is fenced by its claim's epoch. */
@ApplicationScoped
class Attempts {

    private final Rows rows;
    private final Settlements settlements;
    private final EntityManager entities;

    Attempts(Rows rows, Settlements settlements) {
        this.rows = rows;
        this.settlements = settlements;
        this.entities = rows.entities();
    }

    @Transactional
    Signal heartbeat(Claim claim, Progress progress) {
        JobEntity job = rows.fenced(claim);
        Instant now = rows.now();
        job.heartbeatAt = now;
        job.leaseUntil = now.plus(claim.lease());
        report(job, progress, now);
        return job.state == JobState.CANCELLING ? Signal.CANCEL : job.pauseRequested ? Signal.PAUSE : Signal.CONTINUE;
    }

    /** Followers hear of a phase or a block, not of every heartbeat. */
    private void report(JobEntity job, Progress progress, Instant now) {
        Progress before = Documents.readNullable(job.progress, Progress.class);
        job.progress = Documents.write(new Progress(
                progress.phase(),
                progress.blocksDone(),
                progress.blocks(),
                progress.secondsPerBlock(),
                progress.etaSeconds(),
                now));
        if (before == null || before.phase() != progress.phase() || before.blocksDone() != progress.blocksDone()) {
            rows.tell(job, JobEvent.Type.PROGRESS, now, Documents.readMap(job.progress));
        }
    }

    @Transactional
    void commitBlock(Claim claim, BlockReport report, List<ObjectEntry> objects) {
        JobEntity job = rows.fenced(claim);
        if (report.block() != job.blocksCommitted) {
            throw new IllegalStateException("block " + report.block() + " of job " + job.id
                    + " cannot be committed: the next one is " + job.blocksCommitted);
        }
        BlockEntity block = new BlockEntity();
        block.jobId = job.id;
        block.block = report.block();
        block.report = Documents.write(report);
        block.objects = Documents.write(objects);
        entities.persist(block);
        job.blocksCommitted++;
        rows.tell(job, JobEvent.Type.BLOCK_COMMITTED, rows.now(), Documents.readMap(block.report));
    }

    @Transactional
    void discardBlocks(Claim claim, String reason) {
        JobEntity job = rows.fenced(claim);
        entities.createQuery("delete from BlockEntity b where b.jobId = :id")
                .setParameter("id", job.id)
                .executeUpdate();
        entities.createQuery(
                        "update AttemptEntity a set a.resumedFromBlock = 0 where a.jobId = :id and a.number = :number")
                .setParameter("id", job.id)
                .setParameter("number", job.attempt)
                .executeUpdate();
        Map<String, Object> why = Map.of("attempt", job.attempt, "blocks", job.blocksCommitted, "reason", reason);
        job.blocksCommitted = 0;
        rows.tell(job, JobEvent.Type.CHECKPOINT_DISCARDED, rows.now(), why);
    }

    @Transactional
    JobState fail(Claim claim, Failure failure) {
        JobEntity job = rows.fenced(claim);
        settlements.fail(job, failure, rows.now());
        return job.state;
    }

    @Transactional
    void giveBack(Claim claim) {
        stop(rows.fenced(claim), "worker shuts down");
    }

    @Transactional
    void acknowledgeCancel(Claim claim) {
        JobEntity job = rows.fenced(claim);
        demand(job.state == JobState.CANCELLING, job, "cancel");
        finish(job, JobState.CANCELLED, "cancelled", rows.now());
    }

    /** A pause that was taken back meanwhile sends the job into the queue again: its worker has stopped. */
    @Transactional
    void acknowledgePause(Claim claim) {
        stop(rows.fenced(claim), "pause was taken back");
    }

    /** What is wished now counts, not what was when the worker stopped; without a wish the job waits for the next worker. */
    private void stop(JobEntity job, String reason) {
        Instant now = rows.now();
        if (job.state == JobState.CANCELLING) {
            finish(job, JobState.CANCELLED, "cancelled", now);
        } else if (job.pauseRequested) {
            finish(job, JobState.PAUSED, "paused", now);
        } else {
            settlements.end(job, "returned", null, now);
            rows.enqueue(job, null, now, Map.of("attempt", job.attempt, "reason", reason));
        }
    }

    private void finish(JobEntity job, JobState next, String outcome, Instant now) {
        settlements.end(job, outcome, null, now);
        job.pauseRequested = false;
        rows.move(job, next, now, Map.of("attempt", job.attempt));
    }

    private static void demand(boolean condition, JobEntity job, @Nullable String wish) {
        if (!condition) {
            throw new IllegalStateException("nobody asked to " + wish + " job " + job.id);
        }
    }
}
