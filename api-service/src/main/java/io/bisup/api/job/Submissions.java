package io.bisup.api.job;

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

    Submissions(Preflight preflight, JobStore jobs) {
        this.preflight = preflight;
        this.jobs = jobs;
    }

    /** Checks without storing. */
    Validation validate(QuantizationJobSpec spec) {
        Resolved resolved = preflight.check(spec);
        return new Validation(
                true,
                resolved.model().name(),
                resolved.model().digest(),
                resolved.model().blocks(),
                RecipeCode.of(resolved.recipe()),
                resolved.recipe());
    }

    /** Checks and stores, once per key. */
    Submission submit(QuantizationJobSpec spec, String key) {
        Resolved resolved = preflight.check(spec);
        return jobs.submit(new NewJob(
                spec,
                resolved.recipe(),
                resolved.model(),
                resolved.calibration(),
                resolved.evaluationDatasets(),
                key,
                Digests.sha256(Json.write(spec))));
    }
}
