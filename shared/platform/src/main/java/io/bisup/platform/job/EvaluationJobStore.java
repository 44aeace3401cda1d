package io.bisup.platform.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Evaluations that no quantization job asked for, under the law of {@link JobStore}. */
public interface EvaluationJobStore extends EvaluationLease {

    /**
     * What is stored of a new one.
     *
     * @param tenant who posts
     * @param spec as it was posted
     * @param model what is measured, or what the artifact was made of
     * @param artifact what is measured beside its model; or null
     * @param datasets what the evaluations' data sets stand for
     * @param key idempotency key, the tenant's own
     * @param fingerprint digest of the spec
     */
    record New(
            String tenant,
            EvaluationJobSpec spec,
            RegisteredModel model,
            @Nullable ArtifactManifest artifact,
            List<RegisteredDataset> datasets,
            String key,
            String fingerprint) {}

    /**
     * Stores and queues one; the same key with the same fingerprint answers the one stored before.
     *
     * @throws IdempotencyConflictException when the key was used for another spec
     * @throws io.bisup.platform.access.QuotaExceededException as {@link JobStore#submit}
     */
    EvaluationJobRecord submit(New job);

    /** One of the tenant's: another's is not there. */
    Optional<EvaluationJobRecord> findJob(String tenant, String id);

    /** The tenant's newest, newest first. */
    List<EvaluationJobRecord> newest(String tenant, int count);

    /** As {@link EvaluationStore#claim}. */
    Optional<EvaluationClaim> claimJob(String id, String workerId, Duration lease);

    /** As {@link JobStore#oldestWaiting}. */
    Optional<String> oldestWaitingJob(Duration waited);

    /**
     * Ends it as CANCELLED; its holder stops at its next heartbeat. One that has ended stays as it is.
     *
     * @throws JobNotFoundException when the tenant has none of this id
     */
    EvaluationJobRecord cancel(String tenant, String id);
}
