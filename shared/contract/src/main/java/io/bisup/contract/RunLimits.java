package io.bisup.contract;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * How long a job may take, where that is less than the service allows; ISO 8601 durations such as PT6H or P2D.
 *
 * @param maxPending longest wait in the queue, each time that it waits; or null
 * @param maxAttempt longest run of one attempt; or null
 */
public record RunLimits(
        @Nullable String maxPending, @Nullable String maxAttempt) {

    public RunLimits {
        duration(maxPending, "maxPending");
        duration(maxAttempt, "maxAttempt");
    }

    /** {@link #maxPending} in seconds, or null. */
    public @Nullable Long pendingSeconds() {
        return seconds(maxPending, "maxPending");
    }

    /** {@link #maxAttempt} in seconds, or null. */
    public @Nullable Long attemptSeconds() {
        return seconds(maxAttempt, "maxAttempt");
    }

    private static @Nullable Long seconds(@Nullable String text, String field) {
        Duration duration = duration(text, field);
        return duration == null ? null : duration.toSeconds();
    }

    private static @Nullable Duration duration(@Nullable String text, String field) {
        if (text == null) {
            return null;
        }
        try {
            Duration duration = Duration.parse(text);
            Check.require(duration.toSeconds() >= 1, field, "is '" + text + "'", "use a second or more");
            return duration;
        } catch (DateTimeParseException | ArithmeticException e) {
            throw new InvalidSpecException(
                    field,
                    "is no duration",
                    "write it as ISO 8601 does, such as PT90M for 90 minutes or P2D for two days");
        }
    }
}
