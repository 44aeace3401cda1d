package io.bisup.platform.job;

import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.Score;
import java.util.List;

/** What the holder of an evaluation's claim may do, until the claim is lost, and who comes after it when it died. */
public interface EvaluationLease {

    /**
     * Keeps the claim alive.
     *
     * @throws StaleEpochException when it was taken over, or when the evaluation was cancelled
     */
    void heartbeat(EvaluationClaim claim);

    /** Says how far the attempt is; a claim that was lost says nothing. */
    void progress(EvaluationClaim claim, EvaluationProgress progress);

    /** Records the results and ends the evaluation. */
    void complete(EvaluationClaim claim, List<? extends Score> scores);

    /**
     * Ends the attempt: tried again, or FAILED.
     *
     * @return the state reached
     */
    EvaluationState fail(EvaluationClaim claim, Failure failure);

    /**
     * Ends an attempt whose process is known to have died, without waiting for its lease: tried again after a pause that doubles, or
     * FAILED. One that is no longer the newest changes nothing.
     */
    void lost(String evaluationId, long epoch);

    /** Gives the evaluation back to the queue, as when the service shuts down. */
    void giveBack(EvaluationClaim claim);
}
