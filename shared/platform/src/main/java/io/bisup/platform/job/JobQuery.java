package io.bisup.platform.job;

import io.bisup.contract.JobState;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list, newest first.
 *
 * @param tenant whose, or null for every tenant's
 * @param states any of these; empty means all
 * @param model name of the model, or null for all
 * @param labels each of these must match
 * @param createdAfter only later ones, or null
 * @param pageToken where the previous page ended, or null for the first
 * @param pageSize 1 to 200
 */
public record JobQuery(
        @Nullable String tenant,
        Set<JobState> states,
        @Nullable String model,
        Map<String, String> labels,
        @Nullable Instant createdAfter,
        @Nullable String pageToken,
        int pageSize) {

    public JobQuery {
        states = Set.copyOf(states);
        labels = Map.copyOf(labels);
        if (pageSize < 1 || pageSize > 200) {
            throw new IllegalArgumentException("pageSize is " + pageSize + "; use 1 to 200");
        }
    }

    /** The newest jobs, whatever they are. */
    public static JobQuery newest(int pageSize) {
        return new JobQuery(null, Set.of(), null, Map.of(), null, null, pageSize);
    }
}
