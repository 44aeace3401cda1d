package io.bisup.platform.job;

/**
 * Which job another was made from.
 *
 * @param kind how
 * @param jobId the older job
 */
public record Origin(Kind kind, String jobId) {

    /** How a job is made from another. */
    public enum Kind {
        /** The same spec, or a changed one, from the beginning. */
        CLONE,
        /** The same spec once more, behind the blocks that the older job committed. */
        RETRY
    }
}
