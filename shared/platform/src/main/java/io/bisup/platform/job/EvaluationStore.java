package io.bisup.platform.job;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.Score;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Evaluation jobs, under the law of {@link JobStore}: one transaction a method, the database's clock, epochs. */
public interface EvaluationStore extends EvaluationLease {

    Optional<EvaluationRecord> find(String evaluationId);

    /** The evaluations of a quantization job, oldest first. */
    List<EvaluationRecord> ofJob(String jobId);

    /**
     * Evaluations that are due, those of jobs and those of their own, in the order in which they are to be claimed. Tenants share the
     * evaluators: the one with the fewest running evaluations is served first, and of several the one whose oldest waits longest;
     * within a tenant the evaluation of the job of the highest priority, where one of its own counts as normal, and of several the one
     * that was queued first, wherever it was tried again meanwhile.
     *
     * @param most how many ids at most
     */
    List<String> due(int most);

    /**
     * Claims an evaluation that is QUEUED and due: epoch and attempt grow by one. Whether a lease that ran out counts is the sweeper's
     * to say, since it may have run out because the database was away.
     *
     * @return nothing when there is nothing to claim: someone else was first, or it is not its time
     */
    Optional<EvaluationClaim> claim(String evaluationId, String workerId, Duration lease);

    /** As {@link JobStore#oldestWaiting}. */
    Optional<String> oldestWaiting(Duration waited);

    /**
     * Records the results and ends the quantization job in the same transaction: SUCCEEDED, or FAILED with
     * QUALITY_GATE_MISSED when a tolerance of its gate is exceeded.
     */
    @Override
    void complete(EvaluationClaim claim, List<? extends Score> scores);

    /** Ends the attempt: tried again, or FAILED together with the quantization job, whose artifact is kept. */
    @Override
    EvaluationState fail(EvaluationClaim claim, Failure failure);

    /** A perplexity of a model or an artifact that was measured before under exactly this protocol. */
    Optional<PerplexityResult> baseline(BaselineKey key);

    /** Keeps a perplexity; the first one kept under a key stays. */
    void keepBaseline(BaselineKey key, PerplexityResult result);
}
