package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Presets;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.job.Origin;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.DatasetRegistry;
import io.bisup.platform.registry.ModelRegistry;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import jakarta.enterprise.context.ApplicationScoped;
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
import org.jspecify.annotations.Nullable;

/** Registers the demo model and submits small jobs with it; waits for what happens to them. */
@ApplicationScoped
class Inputs {

    static final Path MODEL = Path.of("../demo-model/model");
    static final int BLOCKS = 6;

    private final JobStore jobs;
    private final EventStream events;
    private final ObjectStore objects;
    private final ModelRegistry models;
    private final DatasetRegistry datasets;
    private @Nullable String undisturbed;

    Inputs(JobStore jobs, EventStream events, ObjectStore objects, ModelRegistry models, DatasetRegistry datasets) {
        this.jobs = jobs;
        this.events = events;
        this.objects = objects;
        this.models = models;
        this.datasets = datasets;
    }

    String submit(RegisteredModel model) {
        return submit(model, "[]");
    }

    /** A job of a preset that learns nothing, with exports (a JSON array of formats). */
    String submitPreset(RegisteredModel model, String preset, String exports) {
        return submitPreset(model, preset, exports, "[]");
    }

    /** The same with an evaluation (a JSON array), which nobody carries out here. */
    String submitPreset(RegisteredModel model, String preset, String exports, String evaluation) {
        return submit(
                model, Json.read("""
            {"model": "%s", "calibrationDataset": "words", "recipe": "%s", "exports": %s, "evaluation": %s,
             "calibration": {"samples": 5, "sequenceLength": 48, "seed": 1}}
            """.formatted(model.name(), preset, exports, evaluation), QuantizationJobSpec.class));
    }

    /** Each block is learnt for some tenths of a second; nothing is searched. */
    String submit(RegisteredModel model, String evaluation) {
        return submit(model, Json.read("""
            {"model": "%s", "calibrationDataset": "words", "evaluation": %s, "recipe": {
               "version": 2, "name": "test", "prefix": "bos",
               "precision": {
                 "weights": {"bits": 3, "symmetric": true, "scope": {"columns": 128}},
                 "inputs": {"bits": 4, "symmetric": true, "scope": {"columns": 128}},
                 "cache": {"keys": {"bits": 4}, "values": {"bits": 4}}},
               "learning": {"of": ["ranges"], "epochs": 2, "rate": 0.005, "heldOut": 1},
               "calibration": {"samples": 5, "sequenceLength": 32, "seed": 1}}}
            """.formatted(model.name(), evaluation), QuantizationJobSpec.class));
    }

    /** Digest of the artifact of {@link #submit(RegisteredModel)}'s job when nothing disturbs it; made once. */
    synchronized String undisturbedDigest() throws InterruptedException {
        String made = undisturbed;
        if (made == null) {
            String id = submit(model());
            await(id, in(JobState.SUCCEEDED));
            made = jobs.artifact(id).orElseThrow().digest();
            undisturbed = made;
        }
        return made;
    }

    private String submit(RegisteredModel model, QuantizationJobSpec spec) {
        Recipe recipe = spec.resolvedRecipe(Presets.load());
        String key = UUID.randomUUID().toString();
        return jobs.submit(
                        new NewJob("default", spec, recipe, model, words(), List.of(), key, Digests.sha256(key), null))
                .job()
                .id();
    }

    /** The job once more, as a retry of it. */
    String retry(String older) {
        return retry(older, words());
    }

    /** A retry that calibrates on other text than the job did. */
    String retryOnOtherWords(String older) {
        return retry(older, text("other-words", "The hen went to the miller and asked the fox for corn. "));
    }

    private String retry(String older, RegisteredDataset calibration) {
        JobRecord job = job(older);
        String key = UUID.randomUUID().toString();
        Origin origin = new Origin(Origin.Kind.RETRY, older);
        return jobs.submit(new NewJob(
                        "default", job.spec(), job.recipe(), model(), calibration, List.of(), key, key, origin))
                .job()
                .id();
    }

    RegisteredModel model() {
        return models.find("default", "demo").orElseGet(() -> {
            UUID upload = UUID.randomUUID();
            try (Stream<Path> files = Files.list(MODEL)) {
                return register("demo", files.map(f -> put(upload, f)).toList());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    /** The demo model with other bytes in one of its files. */
    RegisteredModel modelWith(String name, String file, byte[] bytes) {
        ObjectEntry other = objects.put(ObjectKeys.model(UUID.randomUUID(), file), bytes);
        List<ObjectEntry> others = model().files().stream()
                .filter(f -> !f.name().equals(other.name()))
                .toList();
        return register(name, Stream.concat(others.stream(), Stream.of(other)).toList());
    }

    private RegisteredModel register(String name, List<ObjectEntry> files) {
        return models.register(
                "default", new RegisteredModel(name, Digests.of(files), "LlamaForCausalLM", BLOCKS, 1, "{}", files));
    }

    private ObjectEntry put(UUID upload, Path file) {
        try {
            return objects.put(ObjectKeys.model(upload, file.getFileName().toString()), file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private RegisteredDataset words() {
        return text("words", "The fox went to the river and asked the miller for bread. ");
    }

    private RegisteredDataset text(String name, String sentence) {
        return datasets.find("default", name).orElseGet(() -> {
            ObjectEntry object = objects.put(
                    ObjectKeys.dataset(UUID.randomUUID(), name + ".txt"),
                    sentence.repeat(200).getBytes(StandardCharsets.UTF_8));
            return datasets.register("default", new RegisteredDataset(name, DatasetFormat.TEXT, object));
        });
    }

    static Predicate<JobEvent> in(JobState state) {
        return e -> e.type() == JobEvent.Type.STATE_CHANGED
                && state.name().equals(e.data().get("state"));
    }

    /** Waits for an event, for at most two minutes. */
    void await(String id, Predicate<JobEvent> wanted) throws InterruptedException {
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

    JobRecord job(String id) {
        return jobs.find(id).orElseThrow();
    }
}
