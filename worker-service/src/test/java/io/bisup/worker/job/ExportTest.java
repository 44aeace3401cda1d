package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.ExportRecord;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports with a job and after it, on the demo model, with the worker of this process. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class ExportTest {

    private static final String PRESET = "rtn-w4a16-g128";

    @TempDir
    Path folder;

    @Inject
    JobStore jobs;

    @Inject
    ExportStore exports;

    @Inject
    EvaluationStore evaluations;

    @Inject
    ObjectStore objects;

    @Inject
    Inputs inputs;

    @Test
    void anExportIsMadeWithItsJobOrLaterWithTheSameBytes() throws Exception {
        String with = inputs.submitPreset(inputs.model(), PRESET, "[\"compressed-tensors\", \"peft\"]");
        inputs.await(with, in(JobState.SUCCEEDED));
        List<ArtifactExport> named = jobs.artifact(with).orElseThrow().exports();
        assertThat(named)
                .extracting(ArtifactExport::format)
                .containsExactly(ExportFormat.COMPRESSED_TENSORS, ExportFormat.PEFT);
        ArtifactExport made = named.getFirst();
        assertThat(made.files()).extracting(ObjectEntry::name).contains("config.json", "tokenizer.json");
        for (ObjectEntry file : made.files()) {
            objects.get(file, folder.resolve(UUID.randomUUID().toString()));
        }
        // It has no branches: a person reads why, and has the artifact all the same.
        assertThat(named.getLast().failure().code()).isEqualTo(FailureCode.UNSUPPORTED_RECIPE);
        assertThat(named.getLast().failure().message()).contains("peft", "/compensation");
        assertThat(exports.ofArtifact(with))
                .extracting(ExportRecord::state)
                .containsExactly(ExportState.SUCCEEDED, ExportState.FAILED);

        String without = inputs.submitPreset(inputs.model(), PRESET, "[]");
        inputs.await(without, in(JobState.SUCCEEDED));
        ProcessHandle stopped = AttemptProcessHandles.stopped();
        cancelledStopsItsProcess(without, stopped);
        ExportRecord later = survivesTheDeathOfItsProcess(without);
        assertThat(later.digest()).isEqualTo(made.digest());
        assertThat(later.progress()).isNull();
        for (ObjectEntry file : later.files()) {
            objects.get(file, folder.resolve(UUID.randomUUID().toString()));
        }
    }

    private void cancelledStopsItsProcess(String artifact, ProcessHandle stopped) {
        ask(artifact);
        ExportRecord running = await(artifact, e -> e.state() == ExportState.RUNNING);
        exports.cancel(artifact, running.id());
        stopped.onExit().join();
        assertThat(exports.ofArtifact(artifact)).extracting(ExportRecord::state).containsExactly(ExportState.CANCELLED);
    }

    private ExportRecord survivesTheDeathOfItsProcess(String artifact) throws Exception {
        ProcessHandle stopped = AttemptProcessHandles.stopped();
        ask(artifact);
        await(artifact, e -> e.state() == ExportState.RUNNING);
        AttemptProcessHandles.kill(stopped);
        ExportRecord made = await(artifact, e -> e.state().terminal());
        assertThat(made.state()).isEqualTo(ExportState.SUCCEEDED);
        assertThat(made.attempt()).isEqualTo(2);
        assertThat(exports.ofArtifact(artifact)).hasSize(2);
        return made;
    }

    /** Wherever the blow falls after the last block, the job's artifact and its export are there, once. */
    @Test
    void anAttemptThatDiesAfterItsLastBlockLosesNoExport() throws Exception {
        String id = inputs.submitPreset(inputs.model(), PRESET, "[\"compressed-tensors\"]");
        inputs.await(
                id,
                e -> e.type() == JobEvent.Type.BLOCK_COMMITTED
                        && Integer.valueOf(Inputs.BLOCKS - 1).equals(e.data().get("block")));
        AttemptProcessHandles.kill();
        inputs.await(id, in(JobState.SUCCEEDED));
        ExportRecord made = await(id, e -> e.state().terminal());
        assertThat(made.state()).isEqualTo(ExportState.SUCCEEDED);
        assertThat(exports.ofArtifact(id)).hasSize(1);
    }

    /** Scores are in the card of an export that is asked for behind the evaluation; one made before says that there are none. */
    @Test
    void anExportOfAnEvaluatedJobHasItsScoresInTheCard() throws Exception {
        String id = inputs.submitPreset(
                inputs.model(), PRESET, "[\"compressed-tensors\"]", "[{\"dataset\": \"told\", \"window\": 16}]");
        inputs.await(id, in(JobState.EVALUATING));
        EvaluationClaim claim = evaluations
                .claim(evaluations.ofJob(id).getFirst().id(), "evaluator", Duration.ofMinutes(1))
                .orElseThrow();
        evaluations.complete(claim, List.of(new Measurement(perplexity(12.5), perplexity(10))));
        assertThat(card(jobs.artifact(id).orElseThrow().exports().getFirst().files()))
                .contains("# demo, quantized with recipe " + PRESET, "Not evaluated when exported");
        ask(id, ExportFormat.HF_FAKE);
        ExportRecord made = await(id, e -> e.state().terminal());
        assertThat(made.state()).isEqualTo(ExportState.SUCCEEDED);
        assertThat(card(made.files()))
                .contains("\nbase_model: \"demo\"\n")
                .contains(
                        "| perplexity, told (gptq, 3 windows of 16 tokens) | 12.5000 | 10.0000 | times 1.2500 |",
                        "Not stated by the base model")
                .doesNotContain("Not evaluated");
    }

    private static PerplexityResult perplexity(double value) {
        return new PerplexityResult(
                "told",
                "sha",
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                16,
                48,
                3,
                "none",
                "none",
                "float32",
                "1",
                value,
                0.1,
                null);
    }

    private String card(List<ObjectEntry> files) throws Exception {
        ObjectEntry card = files.stream()
                .filter(file -> file.name().equals("README.md"))
                .findFirst()
                .orElseThrow();
        Path read = folder.resolve(UUID.randomUUID().toString());
        objects.get(card, read);
        return Files.readString(read);
    }

    private void ask(String artifact) {
        ask(artifact, ExportFormat.COMPRESSED_TENSORS);
    }

    private void ask(String artifact, ExportFormat format) {
        exports.submit(new ExportStore.New(
                "default", artifact, format, UUID.randomUUID().toString()));
    }

    /** Waits for the artifact's newest export, for at most a minute. */
    private ExportRecord await(String artifact, Predicate<ExportRecord> wanted) {
        long end = System.nanoTime() + Duration.ofMinutes(1).toNanos();
        ExportRecord seen = exports.ofArtifact(artifact).getLast();
        while (!wanted.test(seen)) {
            assertThat(System.nanoTime()).as("export is %s", seen).isLessThan(end);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
            seen = exports.ofArtifact(artifact).getLast();
        }
        return seen;
    }
}
