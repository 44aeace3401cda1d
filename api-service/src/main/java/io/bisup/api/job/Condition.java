package io.bisup.api.job;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.platform.job.JobRecord;
import java.util.List;

/**
 * One aspect of a job for machines, beside the one word for people.
 *
 * @param type what is judged
 * @param status whether it holds
 * @param reason why, in one CamelCase word
 */
public record Condition(String type, Status status, String reason) {

    /** Whether a condition holds; UNKNOWN is said rather than guessed. */
    public enum Status {
        TRUE,
        FALSE,
        UNKNOWN
    }

    static List<Condition> of(JobRecord job) {
        return List.of(
                holds("Scheduled", job.startedAt() != null, "Claimed", "Waiting"),
                progressing(job),
                holds("CheckpointSaved", blocksDone(job) > 0, "BlocksCommitted", "NoBlockYet"),
                holds("ArtifactPublished", job.artifactDigest() != null, "ManifestPut", "NotYet"),
                evaluated(job),
                succeeded(job));
    }

    private static Condition progressing(JobRecord job) {
        if (job.heartbeatLate()) {
            return new Condition("Progressing", Status.UNKNOWN, "HeartbeatLate");
        }
        boolean active = job.state() == JobState.RUNNING || job.state() == JobState.EVALUATING;
        return holds("Progressing", active, "Heartbeat", "Idle");
    }

    private static Condition evaluated(JobRecord job) {
        if (job.spec().evaluation().isEmpty()) {
            return new Condition("EvaluationComplete", Status.TRUE, "NotAskedFor");
        }
        String no = job.state().terminal() ? "EndedOtherwise" : "NotYet";
        return holds("EvaluationComplete", measured(job), "Measured", no);
    }

    /** Whether all that was asked for is measured, of whatever kind: only then a job succeeds, or misses its gate. */
    private static boolean measured(JobRecord job) {
        Failure failure = job.failure();
        return job.state() == JobState.SUCCEEDED
                || (job.state() == JobState.FAILED
                        && failure != null
                        && failure.code() == FailureCode.QUALITY_GATE_MISSED);
    }

    private static Condition succeeded(JobRecord job) {
        if (!job.state().terminal()) {
            return new Condition("Succeeded", Status.UNKNOWN, "NotFinished");
        }
        return holds("Succeeded", job.state() == JobState.SUCCEEDED, "Finished", "EndedOtherwise");
    }

    private static Condition holds(String type, boolean holds, String yes, String no) {
        return new Condition(type, holds ? Status.TRUE : Status.FALSE, holds ? yes : no);
    }

    private static int blocksDone(JobRecord job) {
        return job.progress() == null ? 0 : job.progress().blocksDone();
    }
}
