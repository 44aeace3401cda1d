package io.bisup.api.job;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.api.access.Callers;
import io.bisup.api.preflight.ExportChecks;
import io.bisup.api.preflight.Preflight;
import io.bisup.api.preflight.Resolved;
import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import io.bisup.contract.MergePatch;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.Origin;
import io.bisup.platform.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** From a spec to a stored job. */
@ApplicationScoped
class Submissions {

    private final Preflight preflight;
    private final JobStore jobs;
    private final Callers callers;

    Submissions(Preflight preflight, JobStore jobs, Callers callers) {
        this.preflight = preflight;
        this.jobs = jobs;
        this.callers = callers;
    }

    /** Checks without storing. */
    Validation validate(QuantizationJobSpec spec) {
        String tenant = callers.tenant();
        Resolved resolved = preflight.check(tenant, spec);
        return new Validation(
                true,
                resolved.model().name(),
                resolved.model().digest(),
                resolved.model().blocks(),
                RecipeCode.of(resolved.recipe()),
                resolved.recipe(),
                ExportChecks.serving(resolved.recipe(), resolved.config()));
    }

    /** Checks and stores, once per key. */
    Submission submit(QuantizationJobSpec spec, String key) {
        return submit(spec, key, Digests.sha256(Json.write(spec)), null);
    }

    /** The same spec anew, checked anew, with some of its fields changed. */
    Submission cloneOf(JobRecord job, ObjectNode changes, String key) {
        QuantizationJobSpec spec = MergePatch.apply(job.spec(), changes, QuantizationJobSpec.class);
        String fingerprint = Digests.sha256("clone " + job.id() + " " + Json.write(spec));
        return submit(spec, key, fingerprint, new Origin(Origin.Kind.CLONE, job.id()));
    }

    /** The same spec once more, checked anew, behind the blocks that the job committed. */
    Submission retryOf(JobRecord job, String key) {
        return submit(job.spec(), key, Digests.sha256("retry " + job.id()), new Origin(Origin.Kind.RETRY, job.id()));
    }

    private Submission submit(QuantizationJobSpec spec, String key, String fingerprint, @Nullable Origin origin) {
        String tenant = callers.tenant();
        Resolved resolved = preflight.check(tenant, spec);
        return jobs.submit(new NewJob(
                tenant,
                spec,
                resolved.recipe(),
                resolved.model(),
                resolved.calibration(),
                resolved.evaluationDatasets(),
                key,
                fingerprint,
                origin));
    }
}
