package io.bisup.platform.work;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/** Deletes what attempts of finished jobs uploaded and no artifact names: checkpoints, and blocks of lost attempts. */
@ApplicationScoped
public class Collector {

    private static final Logger LOG = Logger.getLogger(Collector.class);
    private static final int BATCH = 50;

    private final JobStore jobs;
    private final ObjectStore objects;

    Collector(JobStore jobs, ObjectStore objects) {
        this.jobs = jobs;
        this.objects = objects;
    }

    /** One round over at most 50 jobs; one that is cut short is done again. Says how many objects went. */
    public int collect() {
        int deleted = 0;
        for (String id : jobs.uncollected(BATCH)) {
            deleted += objects.deleteAttempts(id, named(id));
            jobs.collected(id);
        }
        if (deleted > 0) {
            LOG.infof("%d objects of attempts were deleted", deleted);
        }
        return deleted;
    }

    private Set<String> named(String id) {
        return jobs.artifact(id).map(ArtifactManifest::files).orElse(List.of()).stream()
                .map(ObjectEntry::key)
                .collect(Collectors.toSet());
    }
}
