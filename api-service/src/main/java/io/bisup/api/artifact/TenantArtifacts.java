package io.bisup.api.artifact;

import io.bisup.api.access.Callers;
import io.bisup.api.job.TenantJobs;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The artifacts of the caller's tenant: another's are not there. */
@ApplicationScoped
class TenantArtifacts {

    private final JobStore jobs;
    private final TenantJobs own;
    private final ModelRegistry models;
    private final Callers callers;

    TenantArtifacts(JobStore jobs, TenantJobs own, ModelRegistry models, Callers callers) {
        this.jobs = jobs;
        this.own = own;
        this.models = models;
        this.callers = callers;
    }

    /**
     * The manifest of an artifact.
     *
     * @throws io.bisup.platform.job.JobNotFoundException when the caller's tenant has no such job
     * @throws ProblemException when its job has not published
     */
    ArtifactManifest get(String id) {
        return jobs.artifact(own.own(id))
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.NOT_FOUND, "there is no artifact " + id + "; a job has one once it is published"));
    }

    /** The model that an artifact was made of: a name stands for the same bytes for ever. */
    RegisteredModel model(ArtifactManifest artifact) {
        return models.find(callers.tenant(), artifact.model())
                .orElseThrow(() -> new IllegalStateException("model " + artifact.model() + " is registered no more"));
    }

    static ObjectEntry file(List<ObjectEntry> files, String of, @Nullable String name) {
        return files.stream()
                .filter(f -> f.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new ProblemException(
                        ProblemKind.NOT_FOUND, "the " + of + " has no such file; GET it to see those it has"));
    }
}
