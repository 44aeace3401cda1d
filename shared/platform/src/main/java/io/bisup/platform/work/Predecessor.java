package io.bisup.platform.work;

import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.outage.Patience;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The process that had a work folder before: what it held when it died need not wait for its lease. */
@ApplicationScoped
public class Predecessor {

    private static final Logger LOG = Logger.getLogger(Predecessor.class);

    private final JobStore jobs;
    private final ExportStore exports;
    private final EvaluationStore evaluations;
    private final EvaluationJobStore evaluationJobs;

    Predecessor(JobStore jobs, ExportStore exports, EvaluationStore evaluations, EvaluationJobStore evaluationJobs) {
        this.jobs = jobs;
        this.exports = exports;
        this.evaluations = evaluations;
        this.evaluationJobs = evaluationJobs;
    }

    /**
     * Ends the claim that the journal holds, if any: what was claimed is queued again, or fails when it was lost too often. Waits for
     * a database that is away. The caller owns the journal's folder, so whoever wrote it is dead.
     *
     * @throws IOException when the journal cannot be read or emptied
     */
    public void report(ClaimJournal journal) throws IOException {
        Optional<ClaimJournal.Entry> left = journal.left();
        if (left.isPresent()) {
            String id = left.get().id();
            long epoch = left.get().epoch();
            LOG.infof("the last process of this folder died while it worked on %s", id);
            Patience.quiet(() -> {}).tell(() -> {
                // Services may share their folders: it is a job's id, an export's or an evaluation's of either kind.
                jobs.lost(id, epoch);
                exports.lost(id, epoch);
                evaluations.lost(id, epoch);
                evaluationJobs.lost(id, epoch);
            });
            journal.end();
        }
    }
}
