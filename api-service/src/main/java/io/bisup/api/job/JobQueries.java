package io.bisup.api.job;

import io.bisup.contract.JobState;
import io.bisup.platform.job.JobQuery;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Page;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Turns the list's query parameters into a query. */
final class JobQueries {

    private static final int DEFAULT_PAGE = 50;
    private static final int MAX_PAGE = 200;

    private JobQueries() {}

    static JobQuery of(
            String tenant,
            List<String> states,
            @Nullable String model,
            List<String> labels,
            @Nullable String createdAfter,
            @Nullable String pageToken,
            @Nullable String pageSize) {
        return new JobQuery(
                tenant,
                states(states),
                model == null ? null : Parameters.text("model", model),
                labels(labels),
                Parameters.instant("createdAfter", createdAfter),
                pageToken,
                (int) Parameters.number("pageSize", pageSize, DEFAULT_PAGE, 1, MAX_PAGE));
    }

    static Page<JobRecord> list(JobStore jobs, JobQuery query) {
        try {
            return jobs.list(query);
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid("pageToken", "the nextPageToken of the page before");
        }
    }

    /** States, repeated or separated by commas. */
    private static Set<JobState> states(List<String> values) {
        EnumSet<JobState> states = EnumSet.noneOf(JobState.class);
        values.stream().flatMap(v -> Arrays.stream(v.split(",", -1))).forEach(v -> states.add(state(v)));
        return states;
    }

    private static JobState state(String value) {
        try {
            return JobState.valueOf(value.strip().toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw Parameters.invalid("state", "one or more of " + Arrays.toString(JobState.values()));
        }
    }

    private static Map<String, String> labels(List<String> values) {
        Map<String, String> labels = new HashMap<>();
        for (String value : values) {
            Parameters.text("label", value);
            int at = value.indexOf('=');
            if (at < 1) {
                throw Parameters.invalid("label", "key=value");
            }
            labels.put(value.substring(0, at), value.substring(at + 1));
        }
        return labels;
    }
}
