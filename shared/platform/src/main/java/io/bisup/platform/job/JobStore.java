package io.bisup.platform.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.BlockReport;
import io.bisup.contract.Failure;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Progress;
import io.bisup.contract.QuantizationJobSpec;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Quantization jobs. Each method is one transaction; only the database's clock counts. A method that takes a {@link Claim}
 * throws {@link StaleEpochException} when the claim is no longer the newest or the job was taken away: the caller stops
 * at once and writes nothing more.
 */
public interface JobStore {

    /**
     * Stores the job as QUEUED, its idempotency key, its first event and its bell in one transaction.
     *
     * <p>A job that retries another begins behind the blocks that one committed, as long as their objects are kept: its attempts
     * find them as blocks of their own.
     *
     * @return the new job, or the one that the same key and fingerprint made before
     * @throws IdempotencyConflictException when the key was used for another request
     * @throws io.bisup.platform.access.QuotaExceededException when the tenant has as many unfinished jobs, evaluation jobs
     *     of their own among them, as it may
     * @throws IllegalTransitionException when it retries a job that neither failed nor was cancelled
     */
    Submission submit(NewJob job);

    Optional<JobRecord> find(String jobId);

    /**
     * Jobs, newest first.
     *
     * @throws IllegalArgumentException when the page token is not one of ours
     */
    Page<JobRecord> list(JobQuery query);

    /** Its committed blocks' reports, in order. */
    List<BlockReport> blocks(String jobId);

    /** Its attempts, in order. */
    List<Attempt> attempts(String jobId);

    /**
     * Jobs whose attempts' objects are to be collected now, with all jobs that retry them finished. From here on no retry takes
     * over their blocks; those of an earlier call whose objects are not gone yet are among them.
     *
     * @param limit about how many
     */
    List<String> uncollected(int limit);

    /** The artifacts that may name objects of this job's attempts: its own, and those of the jobs that retry it or that it retries. */
    List<ArtifactManifest> artifactsOfRetries(String jobId);

    /** The objects of its attempts that its artifact does not name are gone. */
    void collected(String jobId);

    /** Why it waits, and how many before it; nothing when there is no such job. */
    Optional<QueueContext> queueContext(String jobId);

    /** Its published artifact. */
    Optional<ArtifactManifest> artifact(String jobId);

    /**
     * Claims a job that is QUEUED and due, or RUNNING with an expired lease: epoch and attempt grow by one.
     *
     * @return nothing when there is nothing to claim: someone else was first, or it is not its time
     */
    Optional<Claim> claim(String jobId, String workerId, Duration lease);

    /**
     * Claims the job that is due next. Tenants share the workers: the one with the fewest running jobs is served first;
     * within a tenant the job of the highest priority, and of several the one submitted first, wherever it was paused or tried
     * again meanwhile.
     *
     * @return nothing when no job is due
     */
    Optional<Claim> claimNext(String workerId, Duration lease);

    /** The job that was submitted first of those that are QUEUED and due, for {@code waited} or longer: how work is found without a bell. */
    Optional<String> oldestWaiting(Duration waited);

    /** Keeps the claim alive and reports where the attempt is. */
    Signal heartbeat(Claim claim, Progress progress);

    /**
     * Commits the next block. Blocks are committed in order: {@code report.block()} is the number committed so far. The
     * block that this attempt committed last, with the same objects, may be sent again: its answer may have been lost.
     *
     * @throws IllegalStateException when it is not the next block
     */
    void commitBlock(Claim claim, BlockReport report, List<ObjectEntry> objects);

    /** What earlier attempts committed, in order: where to resume. */
    List<CommittedBlock> committedBlocks(String jobId);

    /**
     * Forgets the committed blocks from {@code from} on, so that this attempt works on them anew: for checkpoints that turn
     * out to be of no use.
     */
    void discardBlocks(Claim claim, int from, String reason);

    /** Keeps the end of the log of an attempt whose process died; a claim that is no longer the newest changes nothing. */
    void keepLog(Claim claim, String tail);

    /**
     * Records the artifact whose manifest object has been put, and goes on to EVALUATING (with an evaluation job and its
     * bell), or to SUCCEEDED when there is nothing to evaluate. When it was being cancelled: to CANCELLED, or SUCCEEDED
     * when there is nothing to evaluate; the artifact is kept.
     *
     * @return the state reached
     */
    JobState publish(Claim claim, ArtifactManifest manifest);

    /**
     * Ends the attempt with a failure: back to QUEUED after a pause that doubles, or to FAILED when
     * {@link io.bisup.contract.FailureCode#attempts()} attempts have ended with that code.
     *
     * @return the state reached
     */
    JobState fail(Claim claim, Failure failure);

    /**
     * Ends an attempt whose worker process is known to have died, without waiting for its lease. One that is no longer the
     * newest changes nothing.
     */
    void lost(String jobId, long epoch);

    /** Gives the job back to the queue, as when the worker shuts down; costs no attempt of any failure's allowance. */
    void giveBack(Claim claim);

    /** Confirms that work stopped after {@link Signal#CANCEL}: CANCELLED. */
    void acknowledgeCancel(Claim claim);

    /** Confirms that work stopped after {@link Signal#PAUSE}: PAUSED. */
    void acknowledgePause(Claim claim);

    /**
     * Asks for the job's end: at once CANCELLED when nobody works on it, else CANCELLING until the worker stopped. Again is
     * a no-op.
     *
     * @throws JobNotFoundException when there is no such job
     * @throws IllegalTransitionException when it is already terminal in another state
     */
    JobRecord requestCancel(String jobId);

    /** PAUSED at once when QUEUED; a RUNNING job pauses when its worker stopped. Errors as {@link #requestCancel}. */
    JobRecord requestPause(String jobId);

    /**
     * Replaces the spec of a job that is QUEUED or PAUSED by one that differs in priority and labels alone.
     *
     * @param version of the job that the caller has seen
     * @throws StaleVersionException when the job has changed since
     * @throws IllegalTransitionException when a worker has it, or it has ended
     */
    JobRecord change(String jobId, long version, QuantizationJobSpec spec);

    /** QUEUED again when PAUSED; takes back a pause not yet obeyed. Errors as {@link #requestCancel}. */
    JobRecord resume(String jobId);
}
