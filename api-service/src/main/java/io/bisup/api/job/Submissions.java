package io.bisup.api.job;

import io.bisup.api.access.Callers;
import io.bisup.api.preflight.ExportChecks;
import io.bisup.api.preflight.Preflight;
import io.bisup.api.preflight.Resolved;
import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.Submission;
import jakarta.enterprise.context.ApplicationScoped;

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
                Digests.sha256(Json.write(spec))));
    }
}
