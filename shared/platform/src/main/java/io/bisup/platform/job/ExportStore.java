package io.bisup.platform.job;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.Failure;
import io.bisup.contract.ObjectEntry;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Exports of artifacts, under the law of {@link JobStore}: one transaction a method, the database's clock, epochs. Those that
 * a job asked for come in, ended, with {@link JobStore#publish}.
 */
public interface ExportStore {

    /**
     * What is asked for.
     *
     * @param tenant who asks
     * @param artifact the artifact's id
     * @param format which form
     * @param key idempotency key, the tenant's own
     */
    record New(String tenant, String artifact, ExportFormat format, String key) {}

    /**
     * An export that was asked for.
     *
     * @param created whether this call made it
     */
    record Submitted(ExportRecord export, boolean created) {}

    /**
     * Stores and queues an export with its bell. One of the same form that is under way or has succeeded is answered instead:
     * nothing is made twice.
     *
     * @throws JobNotFoundException when there is no such artifact
     * @throws IdempotencyConflictException when the key was used for another request
     * @throws io.bisup.platform.access.QuotaExceededException when the tenant has as many unfinished exports as it may have jobs
     */
    Submitted submit(New export);

    /** The exports of an artifact, oldest first. */
    List<ExportRecord> ofArtifact(String artifact);

    /**
     * Claims the export that is due next, as {@link JobStore#claimNext} does.
     *
     * @return nothing when none is due
     */
    Optional<ExportClaim> claimNext(String workerId, Duration lease);

    /** As {@link JobStore#oldestWaiting}. */
    Optional<String> oldestWaiting(Duration waited);

    /**
     * Keeps the claim alive and reports where the attempt is.
     *
     * @param progress null before the first tensor is written
     * @throws StaleEpochException when it was taken over, or when the export was cancelled
     */
    void heartbeat(ExportClaim claim, @Nullable ExportedBytes progress);

    /** Records the files and ends the export. */
    void complete(ExportClaim claim, List<ObjectEntry> files);

    /**
     * Ends the attempt: tried again, or FAILED.
     *
     * @return the state reached
     */
    ExportState fail(ExportClaim claim, Failure failure);

    /** Gives the export back to the queue, as when the worker shuts down. */
    void giveBack(ExportClaim claim);

    /** As {@link JobStore#lost}. */
    void lost(String exportId, long epoch);

    /**
     * Ends an export of the artifact as CANCELLED; its holder stops at its next heartbeat. One that has ended stays as it is.
     *
     * @throws JobNotFoundException when the artifact has none of this id
     */
    ExportRecord cancel(String artifact, String exportId);

    /** Ended exports whose attempts' objects were not collected yet, those ended first at first. */
    List<ExportRecord> uncollected(int limit);

    /** The objects of its attempts that it does not name are gone. */
    void collected(String exportId);
}
