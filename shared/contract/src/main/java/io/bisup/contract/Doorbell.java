package io.bisup.contract;

/**
 * What Kafka carries: only an id. The truth is in the database, so a lost, doubled or stale message does no harm.
 *
 * @param id of the quantization job, the export or the evaluation job
 */
public record Doorbell(String id) {

    /** Topics: a doorbell each. Exports ring where quantization jobs do: the same workers make them. */
    public static final String QUANTIZATION_JOBS = "quantization-jobs";

    public static final String EVALUATION_JOBS = "evaluation-jobs";
    public static final String JOB_EVENTS = "job-events";
}
