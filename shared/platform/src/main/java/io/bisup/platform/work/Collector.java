package io.bisup.platform.work;

import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.ExportRecord;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jboss.logging.Logger;

/** Deletes what attempts of finished jobs and exports uploaded and none of them names: checkpoints, and files of lost attempts. */
@ApplicationScoped
public class Collector {

    private static final Logger LOG = Logger.getLogger(Collector.class);
    private static final int BATCH = 50;

    private final JobStore jobs;
    private final ExportStore exports;
    private final ObjectStore objects;

    Collector(JobStore jobs, ExportStore exports, ObjectStore objects) {
        this.jobs = jobs;
        this.exports = exports;
        this.objects = objects;
    }

    /** One round over at most 50 jobs and 50 exports; one that is cut short is done again. Says how many objects went. */
    public int collect() {
        int deleted = 0;
        for (String id : jobs.uncollected(BATCH)) {
            deleted += objects.deleteAttempts(id, named(id));
            jobs.collected(id);
        }
        for (ExportRecord export : exports.uncollected(BATCH)) {
            deleted += objects.deleteExport(export.artifact(), export.id(), keys(export.files().stream()));
            exports.collected(export.id());
        }
        if (deleted > 0) {
            LOG.infof("%d objects of attempts were deleted", deleted);
        }
        return deleted;
    }

    /** An artifact of a retry names blocks of the job that it retries. */
    private Set<String> named(String id) {
        return keys(jobs.artifactsOfRetries(id).stream()
                .flatMap(artifact -> Stream.concat(
                        artifact.files().stream(),
                        artifact.exports().stream().flatMap(export -> export.files().stream()))));
    }

    private static Set<String> keys(Stream<ObjectEntry> named) {
        return named.map(ObjectEntry::key).collect(Collectors.toSet());
    }
}
