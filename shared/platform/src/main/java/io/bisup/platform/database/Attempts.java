package io.bisup.platform.database;

import io.bisup.contract.BlockReport;
import io.bisup.contract.Failure;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Progress;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobLife;
import io.bisup.platform.job.Signal;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What an attempt writes; each write is fenced by its claim's epoch. */
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

    /** The same wait goes on since the heartbeat that first told of it. */
    private static Progress.@Nullable WaitingFor since(
            @Nullable Progress before, Progress.@Nullable WaitingFor told, Instant now) {
        if (told == null) {
            return null;
        }
        Progress.WaitingFor known = before == null ? null : before.waitingFor();
        return known != null && known.store().equals(told.store()) ? known : new Progress.WaitingFor(told.store(), now);
    }

    /** Followers hear of a phase, a block or a wait, not of every heartbeat. */
    private void report(JobEntity job, Progress progress, Instant now) {
        Progress before = Documents.readNullable(job.progress, Progress.class);
        Progress.WaitingFor waitingFor = since(before, progress.waitingFor(), now);
        job.progress = Documents.write(new Progress(
                progress.phase(),
                progress.blocksDone(),
                progress.blocks(),
                progress.secondsPerBlock(),
                progress.etaSeconds(),
                now,
                waitingFor));
        if (before == null
                || before.phase() != progress.phase()
                || before.blocksDone() != progress.blocksDone()
                || !Objects.equals(before.waitingFor(), waitingFor)) {
            rows.tell(job, JobEvent.Type.PROGRESS, now, Documents.readMap(job.progress));
        }
    }

    @Transactional
    void commitBlock(Claim claim, BlockReport report, List<ObjectEntry> objects) {
        JobEntity job = rows.fenced(claim);
        if (sentAgain(job, report, objects)) {
            return;
        }
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

    /** A connection may break after the commit and before its answer. */
    private boolean sentAgain(JobEntity job, BlockReport report, List<ObjectEntry> objects) {
        return report.block() == job.blocksCommitted - 1
                && entities.createQuery(
                                "from BlockEntity b where b.jobId = :id and b.block = :block", BlockEntity.class)
                        .setParameter("id", job.id)
                        .setParameter("block", report.block())
                        .getResultStream()
                        .anyMatch(b -> b.objects.equals(Documents.write(objects)));
    }

    @Transactional
    void keepLog(Claim claim, String tail) {
        entities.createQuery("""
                        update AttemptEntity a set a.logTail = :tail
                        where a.jobId = :id and a.number = :number and a.epoch = :epoch
                        """)
                .setParameter("tail", tail)
                .setParameter("id", UUID.fromString(claim.jobId()))
                .setParameter("number", claim.attempt())
                .setParameter("epoch", claim.epoch())
                .executeUpdate();
    }

    @Transactional
    void discardBlocks(Claim claim, int from, String reason) {
        JobEntity job = rows.fenced(claim);
        entities.createQuery("delete from BlockEntity b where b.jobId = :id and b.block >= :from")
                .setParameter("id", job.id)
                .setParameter("from", from)
                .executeUpdate();
        entities.createQuery("""
                        update AttemptEntity a set a.resumedFromBlock = :from
                        where a.jobId = :id and a.number = :number
                        """)
                .setParameter("from", from)
                .setParameter("id", job.id)
                .setParameter("number", job.attempt)
                .executeUpdate();
        Map<String, Object> why =
                Map.of("attempt", job.attempt, "blocks", job.blocksCommitted - from, "from", from, "reason", reason);
        job.blocksCommitted = from;
        rows.tell(job, JobEvent.Type.CHECKPOINT_DISCARDED, rows.now(), why);
    }

    @Transactional
    JobState fail(Claim claim, Failure failure) {
        JobEntity job = rows.fenced(claim);
        settlements.fail(job, failure, rows.now());
        return job.state;
    }

    @Transactional
    void lost(String jobId, long epoch) {
        Rows.parse(jobId).flatMap(id -> rows.live(id, epoch)).ifPresent(job -> settlements.lose(job, rows.now()));
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

    /** Ends the attempt: CANCELLED if a cancel is pending, PAUSED if a pause is, else QUEUED. */
    private void stop(JobEntity job, String reason) {
        Instant now = rows.now();
        JobState next = job.after(JobLife.Command.STOP).state();
        if (next == JobState.QUEUED) {
            settlements.end(job, "returned", null, now);
            rows.enqueue(job, null, now, Map.of("attempt", job.attempt, "reason", reason));
        } else {
            finish(job, next, next.name().toLowerCase(Locale.ROOT), now);
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
