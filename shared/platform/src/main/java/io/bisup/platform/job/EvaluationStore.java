package io.bisup.platform.job;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Evaluation jobs, under the law of {@link JobStore}: one transaction a method, the database's clock, epochs. */
public interface EvaluationStore {

    Optional<EvaluationRecord> find(String evaluationId);

    /** The evaluations of a quantization job, oldest first. */
    List<EvaluationRecord> ofJob(String jobId);

    /** As {@link JobStore#claim}. */
    Optional<EvaluationClaim> claim(String evaluationId, String workerId, Duration lease);

    /** As {@link JobStore#oldestWaiting}. */
    Optional<String> oldestWaiting(Duration waited);

    /**
     * Keeps the claim alive.
     *
     * @throws StaleEpochException when it was taken over, or when the quantization job was cancelled
     */
    void heartbeat(EvaluationClaim claim);

    /**
     * Records the results and ends the quantization job in the same transaction: SUCCEEDED, or FAILED with
     * QUALITY_GATE_MISSED when a ratio exceeds its gate.
     */
    void complete(EvaluationClaim claim, List<Measurement> measurements);

    /**
     * Ends the attempt: tried again, or FAILED together with the quantization job, whose artifact is kept.
     *
     * @return the state reached
     */
    EvaluationState fail(EvaluationClaim claim, Failure failure);

    /** Gives the evaluation back to the queue, as when the service shuts down. */
    void giveBack(EvaluationClaim claim);

    /** A baseline measured before under exactly this protocol. */
    Optional<PerplexityResult> baseline(BaselineKey key);

    /** Keeps a baseline; the first one kept under a key stays. */
    void keepBaseline(BaselineKey key, PerplexityResult result);
}
