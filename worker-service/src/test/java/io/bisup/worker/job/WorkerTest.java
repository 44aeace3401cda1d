package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.Recipe;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Jobs from submission to artifact on the demo model, through the real stores, with the worker of this process. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class WorkerTest {

    private static final Path MODEL = Path.of("../demo-model/model");
    private static final int BLOCKS = 6;

    @Inject
    JobStore jobs;

    @Inject
    EventStream events;

    @Inject
    ObjectStore objects;

    @Inject
    ModelRegistry models;

    @Inject
    DatasetRegistry datasets;

    @Test
    void aPausedJobResumesAtItsLastBlockAndMakesTheSameBytes() throws InterruptedException {
        String whole = submit(model());
        await(whole, in(JobState.SUCCEEDED));
        String paused = submit(model());
        await(paused, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        jobs.requestPause(paused);
        await(paused, in(JobState.PAUSED));
        int committed = jobs.committedBlocks(paused).size();
        assertThat(committed).isBetween(1, BLOCKS - 1);
        jobs.resume(paused);
        await(paused, in(JobState.SUCCEEDED));

        assertThat(jobs.attempts(paused)).extracting("resumedFromBlock").containsExactly(0, committed);
        assertThat(jobs.blocks(paused)).extracting("attempt").contains(1, 2);
        ArtifactManifest first = jobs.artifact(whole).orElseThrow();
        ArtifactManifest second = jobs.artifact(paused).orElseThrow();
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.files()).hasSizeGreaterThan(BLOCKS);
        assertThat(objects.read(ObjectKeys.manifest(paused)))
                .contains(Json.write(second).getBytes(StandardCharsets.UTF_8));
        second.files().stream().filter(f -> f.bytes() < 1 << 20).forEach(objects::get);
    }

    @Test
    void aRunningJobIsCancelledBetweenSteps() throws InterruptedException {
        String id = submit(model());
        await(id, in(JobState.RUNNING));
        jobs.requestCancel(id);
        await(id, in(JobState.CANCELLED));
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("cancelled");
        assertThat(jobs.artifact(id)).isEmpty();
    }

    @Test
    void aBrokenModelFailsWithItsCause() throws InterruptedException {
        String id = submit(broken());
        await(id, in(JobState.FAILED));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.failure().code()).isEqualTo(FailureCode.MALFORMED_CHECKPOINT);
        assertThat(job.failure().message()).contains("model.safetensors");
        assertThat(job.attempt()).isEqualTo(1);
    }

    /** The prefix takes a token of the context: the worker sees it before it works on a block, not after the last. */
    @Test
    void aWindowThatDoesNotFitBehindThePrefixFailsBeforeAnyBlock() throws InterruptedException {
        String id = submit(model(), "[{\"dataset\": \"other\", \"protocol\": \"gptq\", \"window\": 512}]");
        await(id, in(JobState.FAILED));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.failure().code()).isEqualTo(FailureCode.WINDOW_TOO_LONG);
        assertThat(job.failure().message()).contains("use at most 511");
        assertThat(jobs.blocks(id)).isEmpty();
    }

    private String submit(RegisteredModel model) {
        return submit(model, "[]");
    }

    private String submit(RegisteredModel model, String evaluation) {
        QuantizationJobSpec spec = Json.read("""
                {"model": "%s", "calibrationDataset": "words", "evaluation": %s, "recipe": {
                   "name": "test", "prefix": "bos",
                   "weights": {"bits": 3, "symmetric": true, "group": "128"},
                   "activations": {"bits": 4, "symmetric": true, "group": "128"},
                   "keyValue": {"bits": 4, "symmetric": false, "group": "head"},
                   "clipping": {"weights": true, "activations": true, "keyValue": true},
                   "training": {"epochs": 8, "learningRate": 0.005, "heldOut": 1},
                   "calibration": {"samples": 5, "sequenceLength": 48, "seed": 1}}}
                """.formatted(model.name(), evaluation), QuantizationJobSpec.class);
        Recipe recipe = spec.resolvedRecipe(null);
        String key = UUID.randomUUID().toString();
        return jobs.submit(new NewJob(spec, recipe, model, words(), List.of(), key, Digests.sha256(key)))
                .job()
                .id();
    }

    private RegisteredModel model() {
        return models.find("demo").orElseGet(() -> {
            UUID upload = UUID.randomUUID();
            try (Stream<Path> files = Files.list(MODEL)) {
                return register("demo", files.map(f -> put(upload, f)).toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The demo model with a torn checkpoint. */
    private RegisteredModel broken() {
        ObjectEntry torn = objects.put(
                ObjectKeys.model(UUID.randomUUID(), "model.safetensors"), "torn".getBytes(StandardCharsets.UTF_8));
        List<ObjectEntry> others = model().files().stream()
                .filter(f -> !f.name().equals(torn.name()))
                .toList();
        return register(
                "broken", Stream.concat(others.stream(), Stream.of(torn)).toList());
    }

    private RegisteredModel register(String name, List<ObjectEntry> files) {
        return models.register(
                new RegisteredModel(name, Digests.of(files), "LlamaForCausalLM", BLOCKS, 1, "{}", files));
    }

    private ObjectEntry put(UUID upload, Path file) {
        try {
            return objects.put(ObjectKeys.model(upload, file.getFileName().toString()), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RegisteredDataset words() {
        return datasets.find("words").orElseGet(() -> {
            String text = "The fox went to the river and asked the miller for bread. ".repeat(200);
            ObjectEntry object = objects.put(
                    ObjectKeys.dataset(UUID.randomUUID(), "words.txt"), text.getBytes(StandardCharsets.UTF_8));
            return datasets.register(new RegisteredDataset("words", DatasetFormat.TEXT, object));
        });
    }

    private static Predicate<JobEvent> in(JobState state) {
        return e -> e.type() == JobEvent.Type.STATE_CHANGED
                && state.name().equals(e.data().get("state"));
    }

    private void await(String id, Predicate<JobEvent> wanted) throws InterruptedException {
        BlockingQueue<JobEvent> seen = new LinkedBlockingQueue<>();
        try (var following = events.follow(id, 0, seen::add)) {
            JobEvent event;
            do {
                event = seen.poll(120, TimeUnit.SECONDS);
                assertThat(event).as("job %s, now %s", id, jobs.find(id)).isNotNull();
            } while (!wanted.test(event));
            assertThat(following).isNotNull();
        }
    }
}
