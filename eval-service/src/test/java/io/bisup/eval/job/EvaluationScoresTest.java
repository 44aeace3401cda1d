package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.DivergenceScore;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.Measurement;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationResult;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.QualityGate;
import io.bisup.contract.Score;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskScore;
import io.bisup.contract.TaskSpec;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A quantized artifact, and a model of its own, scored by tasks, perplexity, divergence and the way of its error. */
@QuarkusTest
@QuarkusTestResource(EvalStack.class)
class EvaluationScoresTest {

    private static final TaskSpec PIQA = TaskSpec.zeroShot("piqa", "piqa", 40);
    private static final PerplexitySpec PERPLEXITY = new PerplexitySpec("stories", PerplexitySpec.Protocol.GPTQ, 128);

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EvaluationJobStore evaluationJobs;

    @Inject
    ObjectStore objects;

    @TempDir
    Path folder;

    @BeforeEach
    void needsTheReferenceModel() {
        Inputs.needReferenceData();
    }

    @Test
    void aQuantizedArtifactIsScoredAndItsGateIsJudged() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        List<ObjectEntry> artifact = inputs.quantized(folder);
        List<RegisteredDataset> datasets = List.of(inputs.text("stories", Inputs.stories(20_000)), inputs.task("piqa"));
        List<EvaluationSpec> specs = List.of(
                PERPLEXITY,
                PIQA,
                new DivergenceSpec("stories", PerplexitySpec.Protocol.GPTQ, 128),
                new PropagationSpec("stories", 2, 64));

        JobRecord job = inputs.evaluate(model, artifact, datasets, specs, new QualityGate(null, 1e-6, null, null));

        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure()).returns(FailureCode.QUALITY_GATE_MISSED, Failure::code);
        assertThat(job.failure().message()).contains("mean divergence on stories");
        assertThat(job.artifactDigest()).as("the artifact is kept").isEqualTo(Digests.of(artifact));
        EvaluationRecord record = evaluations.ofJob(job.id()).getFirst();
        assertThat(record.scores()).hasSize(4);
        Measurement perplexity = (Measurement) record.scores().get(0);
        TaskScore task = (TaskScore) record.scores().get(1);
        DivergenceScore divergence = (DivergenceScore) record.scores().get(2);
        assertThat(perplexity.ratio()).isBetween(1.0001, 3.0);
        assertThat(job.measurements()).containsExactly(perplexity);
        assertThat(divergence.divergence().kl().value()).isBetween(1e-4, 1.0);
        assertThat(task.quantized().documents()).isEqualTo(40);
        assertThat(samples(task.samples())).hasSize(40).isNotEqualTo(samples(task.baselineSamples()));
        assertThat(task.difference().get("acc").value())
                .isCloseTo(
                        task.quantized().metrics().get("acc").value()
                                - task.baseline().metrics().get("acc").value(),
                        within(1e-12));
        PropagationScore propagation = (PropagationScore) record.scores().get(3);
        PropagationResult map =
                Json.read(new String(objects.get(propagation.map()), StandardCharsets.UTF_8), PropagationResult.class);
        assertThat(map.blocks()).hasSize(2);
        assertThat(map.blocks().getLast().others())
                .isEqualTo(propagation.propagation().others())
                .isBetween(1e-4, 1.0);
        assertThat(map.horizontal().blocks()).hasSize(2);
    }

    @Test
    void aModelIsEvaluatedOnItsOwnAndItsAnswersAreKept() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        List<RegisteredDataset> datasets = List.of(inputs.text("stories", Inputs.stories(20_000)), inputs.task("piqa"));

        EvaluationJobRecord first =
                ended(submit(model, datasets, UUID.randomUUID().toString()));
        EvaluationJobRecord second =
                ended(submit(model, datasets, UUID.randomUUID().toString()));

        assertThat(first.state()).as("%s", first.failure()).isEqualTo(EvaluationState.SUCCEEDED);
        TaskScore task = (TaskScore) first.scores().get(0);
        assertThat(task.baseline()).isNull();
        assertThat(task.quantized().bos()).isEqualTo("tokenizer");
        assertThat(samples(task.samples()).getFirst()).contains("\"doc_id\":0", "\"acc_norm\":", "\"ll\":[");
        Score again = second.scores().get(0);
        assertThat(again).as("found, with the seconds it took then").isEqualTo(task);
        assertThat(first.progress()).isNotNull();
    }

    /** What an evaluation found serves another one of more documents; the report of the harness's form lies beside the samples. */
    @Test
    void onlyDocumentsThatWereNotScoredAreScored() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.withReadme(inputs.model());
        List<RegisteredDataset> datasets = List.of(inputs.task("piqa"));

        TaskScore some = piqa(model, datasets, 20);
        TaskScore more = piqa(model, datasets, 40);

        assertThat(samples(more.samples()))
                .hasSize(40)
                .startsWith(samples(some.samples()).toArray(String[]::new));
        String key = more.samples().key();
        String digest = key.substring(key.indexOf('/') + 1, key.lastIndexOf('/'));
        JsonNode report = Json.mapper()
                .readTree(objects.read(ObjectKeys.responses(digest, "lm-eval.json"))
                        .orElseThrow());
        assertThat(report.at("/results/piqa/acc,none").doubleValue())
                .isEqualTo(more.quantized().metrics().get("acc").value());
        assertThat(report.at("/n-samples/piqa/effective").intValue()).isEqualTo(40);
    }

    private TaskScore piqa(RegisteredModel model, List<RegisteredDataset> datasets, int limit) {
        EvaluationJobRecord job = ended(submit(
                model, datasets, UUID.randomUUID().toString(), List.of(TaskSpec.zeroShot("piqa", "piqa", limit))));
        assertThat(job.state()).as("%s", job.failure()).isEqualTo(EvaluationState.SUCCEEDED);
        return (TaskScore) job.scores().getFirst();
    }

    @Test
    void aCancelEndsAnEvaluationWithinAMeasurement() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.withReadme(inputs.model());
        List<RegisteredDataset> datasets = List.of(inputs.task("piqa"));
        String id =
                submit(model, datasets, UUID.randomUUID().toString(), List.of(TaskSpec.zeroShot("piqa", "piqa", null)));
        EvaluationProgress seen = await().atMost(Duration.ofMinutes(1))
                .until(
                        () -> evaluationJobs
                                .findJob("default", id)
                                .orElseThrow()
                                .progress(),
                        progress -> progress != null && progress.of() > 1 && progress.etaSeconds() != null);
        assertThat(seen.done()).isBetween(1, seen.of() - 1);

        evaluationJobs.cancel("default", id);
        String next =
                submit(model, datasets, UUID.randomUUID().toString(), List.of(TaskSpec.zeroShot("piqa", "piqa", 5)));

        await().atMost(Duration.ofSeconds(10))
                .until(() ->
                        evaluationJobs.findJob("default", next).orElseThrow().state() != EvaluationState.QUEUED);
        assertThat(ended(next).state()).isEqualTo(EvaluationState.SUCCEEDED);
        assertThat(ended(id).state()).isEqualTo(EvaluationState.CANCELLED);
    }

    @Test
    void anArtifactIsEvaluatedOnItsOwnBesideItsModel() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        ArtifactManifest artifact = Inputs.manifest(model, inputs.quantized(folder));
        List<RegisteredDataset> datasets = List.of(inputs.text("stories", Inputs.stories(20_000)), inputs.task("piqa"));

        EvaluationJobRecord job = ended(submit(
                model,
                artifact,
                datasets,
                List.of(PERPLEXITY, PIQA, new DivergenceSpec("stories", PerplexitySpec.Protocol.GPTQ, 128))));

        assertThat(job.state()).as("%s", job.failure()).isEqualTo(EvaluationState.SUCCEEDED);
        Measurement perplexity = (Measurement) job.scores().get(0);
        TaskScore task = (TaskScore) job.scores().get(1);
        DivergenceScore divergence = (DivergenceScore) job.scores().get(2);
        assertThat(perplexity.ratio()).isBetween(1.0001, 3.0);
        assertThat(task.baseline()).isNotNull();
        assertThat(task.difference()).containsKey("acc");
        assertThat(divergence.divergence().perplexity())
                .as("the same windows, read by the same artifact")
                .isCloseTo(perplexity.quantized().perplexity(), withinPercentage(0.01));
        assertThat(divergence.divergence().baselinePerplexity())
                .isCloseTo(perplexity.baseline().perplexity(), withinPercentage(0.01));
    }

    @Test
    void anArtifactWithAnotherTokenizerFailsWhateverIsMeasured() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        List<RegisteredDataset> datasets = List.of(inputs.text("stories", Inputs.stories(20_000)));
        List<ObjectEntry> files = inputs.withTokenizer(
                inputs.quantized(folder), json -> json.replace("\"happy▁\": 385,", "\"happy▁\": 411,"));

        EvaluationJobRecord job = ended(submit(
                model,
                Inputs.manifest(model, files),
                datasets,
                List.of(new DivergenceSpec("stories", PerplexitySpec.Protocol.GPTQ, 128))));

        assertThat(job.state()).isEqualTo(EvaluationState.FAILED);
        assertThat(job.failure()).returns(FailureCode.MALFORMED_CHECKPOINT, Failure::code);
        assertThat(job.failure().message()).startsWith("tokenizer.json: the artifact's is not that of its model tiny");
    }

    @Test
    void aDamagedArtifactFailsWithItsFileAndTensor() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        List<ObjectEntry> files = inputs.quantized(folder).stream()
                .map(file -> file.named(exchanged(file.name(), "block-00000.safetensors", "block-00001.safetensors")))
                .toList();

        EvaluationJobRecord job = ended(submit(
                model,
                Inputs.manifest(model, files),
                List.of(inputs.text("stories", Inputs.stories(20_000))),
                List.of(PERPLEXITY)));

        assertThat(job.failure()).returns(FailureCode.MALFORMED_CHECKPOINT, Failure::code);
        assertThat(job.failure().message())
                .startsWith("block-00000.safetensors, tensor model.layers.1.")
                .contains("the index does not list it there");
    }

    private static String exchanged(String name, String one, String other) {
        return name.equals(one) ? other : name.equals(other) ? one : name;
    }

    @Test
    void aKeyIsOneJobAndACancelledJobStays() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        RegisteredModel model = inputs.model();
        List<RegisteredDataset> datasets = List.of(inputs.text("stories", Inputs.stories(20_000)), inputs.task("piqa"));
        String key = UUID.randomUUID().toString();

        String id = submit(model, datasets, key);
        EvaluationJobRecord cancelled = evaluationJobs.cancel("default", id);

        assertThat(submit(model, datasets, key)).isEqualTo(id);
        assertThat(cancelled.state()).isIn(EvaluationState.CANCELLED, EvaluationState.SUCCEEDED);
        assertThat(ended(id).state()).isEqualTo(cancelled.state());
        assertThat(evaluationJobs.claimJob(id, "other", Duration.ofMinutes(1))).isEmpty();
    }

    @Test
    void mmluIsScoredBehindExamplesOfAnotherDataSet() throws Exception {
        Inputs inputs = new Inputs(jobs, objects);
        String row = "{\"question\":\"What is %1$d + %1$d?\",\"subject\":\"%2$s\","
                + "\"choices\":[\"1\",\"2\",\"3\",\"4\"],\"answer\":1}\n";
        RegisteredDataset rows = inputs.rows("mmlu", row.formatted(1, "algebra") + row.formatted(2, "law"));
        RegisteredDataset dev = inputs.rows("mmlu-dev", row.formatted(3, "law") + row.formatted(4, "algebra"));
        TaskSpec zero = TaskSpec.zeroShot("mmlu", "mmlu", null);
        TaskSpec one = zero.behind(new TaskSpec.Examples("mmlu-dev", 1));

        EvaluationJobRecord job = ended(
                submit(inputs.model(), List.of(rows, dev), UUID.randomUUID().toString(), List.of(zero, one)));

        assertThat(job.state()).as("%s", job.failure()).isEqualTo(EvaluationState.SUCCEEDED);
        TaskScore without = (TaskScore) job.scores().get(0);
        TaskScore behind = (TaskScore) job.scores().get(1);
        assertThat(without.quantized()).returns(0, TaskResult::shots).returns(null, TaskResult::examplesSha256);
        assertThat(behind.quantized()).returns(1, TaskResult::shots).returns(dev.sha256(), TaskResult::examplesSha256);
        assertThat(samples(behind.samples())).hasSize(2).isNotEqualTo(samples(without.samples()));
    }

    private String submit(RegisteredModel model, List<RegisteredDataset> datasets, String key) {
        return submit(model, datasets, key, List.of(PIQA, PERPLEXITY));
    }

    private String submit(
            RegisteredModel model, List<RegisteredDataset> datasets, String key, List<EvaluationSpec> evaluation) {
        EvaluationJobSpec spec = new EvaluationJobSpec(model.name(), null, evaluation, Map.of());
        return evaluationJobs
                .submit(new EvaluationJobStore.New(
                        "default", spec, model, null, datasets, key, Digests.sha256(Json.write(spec))))
                .id();
    }

    private String submit(
            RegisteredModel model,
            ArtifactManifest artifact,
            List<RegisteredDataset> datasets,
            List<EvaluationSpec> evaluation) {
        EvaluationJobSpec spec = new EvaluationJobSpec(null, artifact.jobId(), evaluation, Map.of());
        return evaluationJobs
                .submit(new EvaluationJobStore.New(
                        "default",
                        spec,
                        model,
                        artifact,
                        datasets,
                        UUID.randomUUID().toString(),
                        Digests.sha256(Json.write(spec))))
                .id();
    }

    private EvaluationJobRecord ended(String id) {
        return await().atMost(Duration.ofMinutes(2))
                .until(
                        () -> evaluationJobs.findJob("default", id).orElseThrow(),
                        job -> job.state().terminal());
    }

    private List<String> samples(ObjectEntry entry) {
        return new String(objects.get(entry), StandardCharsets.UTF_8).lines().toList();
    }
}
