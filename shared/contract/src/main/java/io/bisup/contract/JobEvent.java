package io.bisup.contract;

import java.time.Instant;
import java.util.Map;

/**
 * Something that happened to a job, told once.
 *
 * @param jobId whose
 * @param sequence grows by one per job, without gaps
 * @param type what happened
 * @param at when, by the database's clock
 * @param data details, by the type
 */
public record JobEvent(String jobId, long sequence, Type type, Instant at, Map<String, Object> data) {

    /** What can happen to a job. */
    public enum Type {
        STATE_CHANGED,
        PROGRESS,
        BLOCK_COMMITTED,
        /** The committed blocks could not be resumed from: the job begins again at its first. */
        CHECKPOINT_DISCARDED,
        /** It was given another priority or other labels. */
        CHANGED,
        EVALUATED,
        ATTEMPT_LOST
    }
}
