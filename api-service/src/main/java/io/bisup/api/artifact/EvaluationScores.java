package io.bisup.api.artifact;

import io.bisup.api.access.Callers;
import io.bisup.api.job.Ids;
import io.bisup.api.job.TenantJobs;
import io.bisup.contract.Score;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobNotFoundException;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import java.util.Optional;

/** Evaluations of the caller's tenant, those of quantization jobs and those of their own: another's are not there. */
@ApplicationScoped
public class EvaluationScores {

    private final EvaluationStore evaluations;
    private final EvaluationJobStore jobs;
    private final TenantJobs own;
    private final Callers callers;

    EvaluationScores(EvaluationStore evaluations, EvaluationJobStore jobs, TenantJobs own, Callers callers) {
        this.evaluations = evaluations;
        this.jobs = jobs;
        this.own = own;
        this.callers = callers;
    }

    /**
     * The scores of an evaluation.
     *
     * @return none before it has succeeded
     * @throws JobNotFoundException when the caller's tenant has no such evaluation
     */
    List<Score> of(String id) {
        return ofJob(id).map(EvaluationRecord::scores).orElseGet(() -> job(id).scores());
    }

    /**
     * The scores of an evaluation, or of the last evaluation of a quantization job.
     *
     * @return none before one has succeeded
     * @throws JobNotFoundException when the caller's tenant has neither
     */
    List<Score> ofEvaluationOrJob(String id) {
        Optional<List<Score>> found = ofJob(id)
                .map(EvaluationRecord::scores)
                .or(() -> jobs.findJob(callers.tenant(), Ids.job(id)).map(EvaluationJobRecord::scores));
        if (found.isPresent()) {
            return found.get();
        }
        List<EvaluationRecord> ofJob = evaluations.ofJob(own.own(id));
        return ofJob.isEmpty() ? List.of() : ofJob.getLast().scores();
    }

    /** The evaluation of a quantization job, where that is of the caller's tenant. */
    Optional<EvaluationRecord> ofJob(String id) {
        Optional<EvaluationRecord> evaluation = evaluations.find(Ids.job(id));
        evaluation.ifPresent(e -> own.own(e.jobId()));
        return evaluation;
    }

    /** An evaluation job of its own; throws as {@link #of}. */
    EvaluationJobRecord job(String id) {
        return jobs.findJob(callers.tenant(), Ids.job(id)).orElseThrow(() -> new JobNotFoundException(id));
    }
}
