package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.Measurement;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.Presets;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Evaluation jobs through PostgreSQL, Kafka and S3. The artifact is the FP model itself, so that its perplexity has to equal
 * the baseline's to the last bit.
 */
@QuarkusTest
@QuarkusTestResource(EvalStack.class)
class EvaluationJobTest {

    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Path REFERENCE = Path.of(System.getProperty("bisup.reference.dir"));

    @Inject
    JobStore jobs;

    @Inject
    ObjectStore objects;

    @BeforeEach
    void needsTheReferenceModel() {
        assumeFalse(REFERENCE.endsWith("off"), "bisup.reference.dir is off");
        assertThat(REFERENCE.resolve("data")).isDirectory();
    }

    @Test
    void anArtifactIsMeasuredBesideItsModelAndTheBaselineIsKept() throws Exception {
        RegisteredModel model = model();
        RegisteredDataset text = dataset("stories", tinyStories(20_000));

        Measurement first = measured(evaluate(model, text, 128));
        Measurement second = measured(evaluate(model, text, 128));

        assertThat(first.ratio()).isEqualTo(1.0);
        assertThat(first.quantized().perplexity()).isBetween(5.0, 60.0);
        assertThat(first.quantized().datasetSha256()).isEqualTo(text.sha256());
        assertThat(first.quantized().windows())
                .isEqualTo((int) (first.quantized().tokens() / 128));
        assertThat(second.baseline()).as("kept, with the seconds it took then").isEqualTo(first.baseline());
        assertThat(second.quantized().perplexity()).isEqualTo(first.quantized().perplexity());
    }

    @Test
    void aTextThatFillsNoWindowFailsTheJobAndSaysSo() throws Exception {
        JobRecord job = evaluate(model(), dataset("short", "Once upon a time."), 128);

        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure()).returns(FailureCode.DATASET_TOO_SHORT, Failure::code);
        assertThat(job.failure().message()).contains("short").contains("128");
        assertThat(job.artifactDigest()).as("the artifact is kept").isNotNull();
    }

    private static Measurement measured(JobRecord job) {
        assertThat(job.state()).as("%s", job.failure()).isEqualTo(JobState.SUCCEEDED);
        return job.measurements().getFirst();
    }

    /** Submits a job, stands in for its worker by publishing the model's own files, and waits for its end. */
    private JobRecord evaluate(RegisteredModel model, RegisteredDataset dataset, int window) {
        QuantizationJobSpec spec = new QuantizationJobSpec(
                model.name(),
                new RecipeReference.Preset("rtn-w4a16-g128"),
                "train",
                null,
                null,
                List.of(new PerplexitySpec(dataset.name(), PerplexitySpec.Protocol.GPTQ, window)),
                null,
                Map.of());
        String id = jobs.submit(new NewJob(
                        "default",
                        spec,
                        spec.resolvedRecipe(Presets.load()),
                        model,
                        dataset,
                        List.of(dataset),
                        UUID.randomUUID().toString(),
                        Digests.sha256(Json.write(spec))))
                .job()
                .id();
        Claim claim = jobs.claim(id, "test", LEASE).orElseThrow();
        jobs.publish(
                claim,
                new ArtifactManifest(
                        "bisup",
                        1,
                        id,
                        claim.attempt(),
                        model.name(),
                        model.digest(),
                        claim.work().recipe(),
                        model.files(),
                        Digests.of(model.files())));
        return await().atMost(Duration.ofMinutes(2))
                .until(() -> jobs.find(id).orElseThrow(), job -> job.state().terminal());
    }

    private RegisteredModel model() throws IOException {
        Path folder = REFERENCE.resolve("data/models/TinyStories-656K");
        UUID upload = UUID.randomUUID();
        List<ObjectEntry> files = new ArrayList<>();
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            files.add(objects.put(ObjectKeys.model(upload, name), folder.resolve(name)));
        }
        String config = Files.readString(folder.resolve("config.json"));
        return new RegisteredModel("tiny", Digests.of(files), "LlamaForCausalLM", 2, 656_000, config, files);
    }

    private RegisteredDataset dataset(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ObjectEntry entry = objects.put(ObjectKeys.dataset(UUID.randomUUID(), name + ".txt"), bytes);
        return new RegisteredDataset(name, RegisteredDataset.Format.TEXT, entry);
    }

    private static String tinyStories(int characters) throws IOException {
        return Files.readString(REFERENCE.resolve("data/corpora/tinystories/smallgpt_tiny_stories.txt"))
                .substring(0, characters);
    }
}
