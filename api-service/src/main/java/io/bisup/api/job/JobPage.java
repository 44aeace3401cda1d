package io.bisup.api.job;

import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.Page;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Part of the list of jobs.
 *
 * @param items newest first
 * @param nextPageToken asks for the next page; absent on the last
 */
public record JobPage(List<JobSummary> items, @Nullable String nextPageToken) {

    static JobPage of(Page<JobRecord> page) {
        return new JobPage(page.items().stream().map(JobSummary::of).toList(), page.nextPageToken());
    }
}
