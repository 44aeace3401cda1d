package io.bisup.platform.database;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.BlockReport;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.Phase;
import io.bisup.contract.Progress;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.Origin;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Valid values for tests. */
public final class Given {

    public static final int BLOCKS = 3;

    private static final String RECIPE = """
        {"name": "rtn", "weights": {"bits": 4, "symmetric": true, "group": "128"},
         "activations": {"bits": 4, "symmetric": true, "group": "128"},
         "keyValue": {"bits": 4, "symmetric": false, "group": "head"}}
        """;

    private Given() {}

    public static NewJob job() {
        return job("{}", UUID.randomUUID().toString());
    }

    /** A job with an evaluation on "wiki" and the fields of {@code extra} (a JSON object) in its spec. */
    public static NewJob job(String extra, String key) {
        String fields = extra.substring(1, extra.length() - 1);
        QuantizationJobSpec spec = Json.read(
                "{\"model\":\"tiny\",\"recipe\":" + RECIPE + ",\"calibrationDataset\":\"train\""
                        + (fields.contains("\"evaluation\"")
                                ? ""
                                : ",\"evaluation\":[{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":128}]")
                        + (fields.isEmpty() ? "" : "," + fields) + "}",
                QuantizationJobSpec.class);
        return new NewJob(
                Tenant.DEFAULT,
                spec,
                Json.read(RECIPE, Recipe.class),
                model(),
                dataset("train"),
                List.of(dataset("wiki")),
                key,
                Digests.sha256(Json.write(spec)),
                null);
    }

    /** A job made from another. */
    public static NewJob job(Origin.Kind kind, String older) {
        return job(kind, older, UUID.randomUUID().toString());
    }

    public static NewJob job(Origin.Kind kind, String older, String key) {
        NewJob job = job("{\"evaluation\":[]}", key);
        return new NewJob(
                job.tenant(),
                job.spec(),
                job.recipe(),
                job.model(),
                job.calibration(),
                job.evaluationDatasets(),
                key,
                kind + " " + older,
                new Origin(kind, older));
    }

    /** An evaluation of its own, of the model "tiny" on "wiki". */
    public static EvaluationJobStore.New evaluationJob() {
        return evaluationJob("one", UUID.randomUUID().toString(), null);
    }

    /** An evaluation of its own, of the artifact where there is one, else of the model "tiny". */
    public static EvaluationJobStore.New evaluationJob(String name, String key, @Nullable ArtifactManifest artifact) {
        EvaluationJobSpec spec = new EvaluationJobSpec(
                artifact == null ? "tiny" : null,
                artifact == null ? null : artifact.jobId(),
                List.of(new PerplexitySpec("wiki", PerplexitySpec.Protocol.GPTQ, 128)),
                Map.of("name", name));
        return new EvaluationJobStore.New(
                Tenant.DEFAULT,
                spec,
                model(),
                artifact,
                List.of(dataset("wiki")),
                key,
                Digests.sha256(Json.write(spec)));
    }

    public static RegisteredModel model() {
        return new RegisteredModel(
                "tiny", Digests.sha256("tiny"), "LlamaForCausalLM", BLOCKS, 1000, "{}", List.of(entry("config.json")));
    }

    public static RegisteredDataset dataset(String name) {
        return new RegisteredDataset(name, DatasetFormat.TEXT, entry(name + ".txt"));
    }

    public static ObjectEntry entry(String name) {
        return new ObjectEntry(name, "objects/" + name, name.length(), Digests.sha256(name));
    }

    public static Progress progress(int done) {
        return new Progress(Phase.BLOCKS, done, BLOCKS, 1.5, 3.0, null);
    }

    public static BlockReport block(int index) {
        return new BlockReport(index, 0.5, 0.25, Double.NaN, 0.3, 0.01, 2.0, 1 << 20, 1, List.of());
    }

    public static ArtifactManifest manifest(Claim claim) {
        List<ObjectEntry> files = List.of(entry("model.safetensors"));
        return new ArtifactManifest(
                "bisup",
                1,
                claim.jobId(),
                claim.attempt(),
                "tiny",
                claim.work().model().digest(),
                claim.work().recipe(),
                files,
                List.of(),
                Digests.of(files));
    }

    public static PerplexityResult perplexity(double value) {
        return new PerplexityResult(
                "wiki",
                Digests.sha256("wiki.txt"),
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                128,
                1280,
                10,
                "tokenizer",
                "none",
                "float32",
                "1",
                value,
                0.5,
                null);
    }
}
