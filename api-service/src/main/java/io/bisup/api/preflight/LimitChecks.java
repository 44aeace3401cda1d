package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RunLimits;
import io.bisup.platform.database.JobLimits;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A job's limits are narrower than the service's. */
@ApplicationScoped
class LimitChecks {

    private final JobLimits service;

    LimitChecks(JobLimits service) {
        this.service = service;
    }

    void check(QuantizationJobSpec spec, Findings findings) {
        RunLimits limits = spec.limits();
        if (limits != null) {
            check("maxPending", limits.pendingSeconds(), service.maxPending(), findings);
            check("maxAttempt", limits.attemptSeconds(), service.maxAttempt(), findings);
        }
    }

    private static void check(String field, @Nullable Long seconds, Duration most, Findings findings) {
        if (seconds != null && seconds > most.toSeconds()) {
            findings.add(
                    ProblemKind.INVALID_SPEC,
                    "/limits/" + field,
                    "is more than this service allows",
                    "ask for at most " + most + ", or leave it out for just that");
        }
    }
}
