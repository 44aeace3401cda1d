package io.bisup.api.preflight;

import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationSpec;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Refuses an evaluation that cannot run before it is queued. */
@ApplicationScoped
public class EvaluationPreflight {

    private final ModelRegistry models;
    private final DatasetRegistry datasets;
    private final JobStore jobs;

    EvaluationPreflight(ModelRegistry models, DatasetRegistry datasets, JobStore jobs) {
        this.models = models;
        this.datasets = datasets;
        this.jobs = jobs;
    }

    /**
     * What the names of a spec mean.
     *
     * @param model what is measured, or what the artifact was made of
     * @param artifact the artifact; or null
     * @param datasets each data set once
     */
    public record Subject(
            RegisteredModel model, @Nullable ArtifactManifest artifact, List<RegisteredDataset> datasets) {}

    /**
     * Resolves the spec's names among the tenant's and checks that everything fits.
     *
     * @throws io.bisup.api.problem.ProblemException with one error per field at fault
     */
    public Subject check(String tenant, EvaluationJobSpec spec) {
        Findings findings = new Findings();
        Optional<ArtifactManifest> artifact = artifact(tenant, spec.artifact(), findings);
        String name = artifact.map(ArtifactManifest::model).orElse(spec.model());
        Optional<RegisteredModel> model = name == null ? Optional.empty() : models.find(tenant, name);
        if (name != null && model.isEmpty()) {
            findings.add(
                    ProblemKind.MODEL_NOT_FOUND,
                    "/model",
                    "'" + name + "' is not registered",
                    "register it with POST /v1/models, or see GET /v1/models for those there are");
        }
        Map<String, RegisteredDataset> found = new LinkedHashMap<>();
        for (int i = 0; i < spec.evaluation().size(); i++) {
            checkDataset(tenant, spec.evaluation().get(i), "/evaluation/" + i, found, findings);
        }
        findings.throwIfAny();
        return new Subject(model.orElseThrow(), artifact.orElse(null), List.copyOf(found.values()));
    }

    private Optional<ArtifactManifest> artifact(String tenant, @Nullable String id, Findings findings) {
        if (id == null) {
            return Optional.empty();
        }
        Optional<ArtifactManifest> artifact =
                jobs.find(id).filter(job -> job.tenant().equals(tenant)).flatMap(job -> jobs.artifact(id));
        if (artifact.isEmpty()) {
            findings.add(
                    ProblemKind.ARTIFACT_NOT_FOUND,
                    "/artifact",
                    "there is no artifact '" + id + "'",
                    "give the id of a quantization job whose artifact is published");
        }
        return artifact;
    }

    private void checkDataset(
            String tenant,
            EvaluationSpec wanted,
            String pointer,
            Map<String, RegisteredDataset> found,
            Findings findings) {
        EvaluationChecks.check(wanted, pointer, findings);
        EvaluationChecks.datasets(wanted).forEach((at, name) -> {
            Optional<RegisteredDataset> dataset = datasets.find(tenant, name);
            if (dataset.isEmpty()) {
                findings.add(
                        ProblemKind.DATASET_NOT_FOUND,
                        pointer + at,
                        "'" + name + "' is not registered",
                        "upload it with PUT /v1/datasets/" + name);
                return;
            }
            found.put(name, dataset.get());
            EvaluationChecks.check(dataset.get(), wanted, pointer, at, findings);
        });
    }
}
