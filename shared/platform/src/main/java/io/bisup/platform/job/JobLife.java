package io.bisup.platform.job;

import io.bisup.contract.JobState;
import java.util.Optional;

/**
 * The state machine of a job, as a value: where it is, and whether a pause waits for the block in hand. What is decided here
 * is carried out by the store, in the transaction that holds the job's row.
 *
 * @param state where it is
 * @param pauseRequested whether its attempt is to pause; only while RUNNING
 */
public record JobLife(JobState state, boolean pauseRequested) {

    /** What happens to a job. */
    public enum Command {
        /** A person wants its end. */
        CANCEL,
        /** A person wants it to pause. */
        PAUSE,
        /** A person wants it to go on. */
        RESUME,
        /** A person wants it tried once more: its blocks become the beginning of another job. */
        RETRY,
        /** A person gives it another priority or other labels. */
        CHANGE,
        /** A worker takes it. */
        CLAIM,
        /** Its worker stopped, without a failure. */
        STOP,
        /** Its attempt failed and may be tried again. */
        FAIL,
        /** Its attempt failed and may not be tried again. */
        FAIL_FOR_GOOD,
        /** Its artifact exists; nothing is to be measured. */
        PUBLISH,
        /** Its artifact exists and is to be measured. */
        PUBLISH_TO_EVALUATE,
        /** It was measured, and misses no gate. */
        PASS,
        /** It could not be measured, or misses its gate. */
        MISS,
        /** It waited too long. */
        EXPIRE
    }

    /** A job that was just submitted. */
    public static final JobLife SUBMITTED = new JobLife(JobState.QUEUED, false);

    /** The life after a command; nothing where the command has no place in this state. */
    public Optional<JobLife> after(Command command) {
        return switch (command) {
            case CANCEL -> cancelled();
            case PAUSE -> paused();
            case RESUME -> resumed();
            case RETRY ->
                state == JobState.FAILED || state == JobState.CANCELLED ? Optional.of(this) : Optional.empty();
            case CHANGE -> state == JobState.QUEUED || state == JobState.PAUSED ? Optional.of(this) : Optional.empty();
            case CLAIM -> from(JobState.QUEUED, JobState.RUNNING);
            case STOP -> stopped();
            case FAIL -> stopped();
            case FAIL_FOR_GOOD ->
                state == JobState.CANCELLING ? to(JobState.CANCELLED) : from(JobState.RUNNING, JobState.FAILED);
            case PUBLISH -> held() ? to(JobState.SUCCEEDED) : Optional.empty();
            case PUBLISH_TO_EVALUATE ->
                state == JobState.CANCELLING ? to(JobState.CANCELLED) : from(JobState.RUNNING, JobState.EVALUATING);
            case PASS -> from(JobState.EVALUATING, JobState.SUCCEEDED);
            case MISS -> from(JobState.EVALUATING, JobState.FAILED);
            case EXPIRE -> from(JobState.QUEUED, JobState.FAILED);
        };
    }

    private Optional<JobLife> cancelled() {
        return switch (state) {
            case CANCELLING, CANCELLED -> Optional.of(this);
            case RUNNING -> Optional.of(new JobLife(JobState.CANCELLING, pauseRequested));
            case SUBMITTED, VALIDATING, QUEUED, PAUSED, EVALUATING -> to(JobState.CANCELLED);
            case SUCCEEDED, FAILED, REJECTED -> Optional.empty();
        };
    }

    private Optional<JobLife> paused() {
        return switch (state) {
            case PAUSED -> Optional.of(this);
            case QUEUED -> to(JobState.PAUSED);
            case RUNNING -> Optional.of(new JobLife(JobState.RUNNING, true));
            case SUBMITTED, VALIDATING, EVALUATING, CANCELLING, CANCELLED, SUCCEEDED, FAILED, REJECTED ->
                Optional.empty();
        };
    }

    private Optional<JobLife> resumed() {
        return switch (state) {
            case QUEUED -> Optional.of(this);
            case PAUSED -> to(JobState.QUEUED);
            case RUNNING -> to(JobState.RUNNING);
            case SUBMITTED, VALIDATING, EVALUATING, CANCELLING, CANCELLED, SUCCEEDED, FAILED, REJECTED ->
                Optional.empty();
        };
    }

    /** An attempt's end: CANCELLED if a cancel is pending, PAUSED if a pause is, else QUEUED. */
    private Optional<JobLife> stopped() {
        if (state == JobState.CANCELLING) {
            return to(JobState.CANCELLED);
        }
        return from(JobState.RUNNING, pauseRequested ? JobState.PAUSED : JobState.QUEUED);
    }

    private boolean held() {
        return state == JobState.RUNNING || state == JobState.CANCELLING;
    }

    private Optional<JobLife> from(JobState expected, JobState next) {
        return state == expected ? to(next) : Optional.empty();
    }

    private static Optional<JobLife> to(JobState next) {
        return Optional.of(new JobLife(next, false));
    }
}
