package io.bisup.eval.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Presets;
import io.bisup.contract.Priority;
import io.bisup.contract.QualityGate;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.recipe.Calibration;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.registry.RegisteredDataset;
import io.bisup.platform.registry.RegisteredModel;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What evaluations of the tests need, in the real stores. */
final class Inputs {

    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final Path REFERENCE = Path.of(System.getProperty("bisup.reference.dir"));
    private static final String RECIPE = "rtn-w4a4-g128";

    private final JobStore jobs;
    private final ObjectStore objects;

    Inputs(JobStore jobs, ObjectStore objects) {
        this.jobs = jobs;
        this.objects = objects;
    }

    static void needReferenceData() {
        assumeFalse(REFERENCE.endsWith("off"), "bisup.reference.dir is off");
        assertThat(REFERENCE.resolve("data")).isDirectory();
    }

    RegisteredModel model() throws IOException {
        Path folder = folder();
        UUID upload = UUID.randomUUID();
        List<ObjectEntry> files = new ArrayList<>();
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            files.add(objects.put(ObjectKeys.model(upload, name), folder.resolve(name)));
        }
        String config = Files.readString(folder.resolve("config.json"));
        return new RegisteredModel("tiny", Digests.of(files), "LlamaForCausalLM", 2, 656_000, config, files);
    }

    /** The model with one file more, another each time: nothing of it was fetched or measured before. */
    RegisteredModel withReadme(RegisteredModel model) {
        List<ObjectEntry> files = new ArrayList<>(model.files());
        UUID upload = UUID.randomUUID();
        byte[] text = upload.toString().getBytes(StandardCharsets.UTF_8);
        files.add(objects.put(ObjectKeys.model(upload, "README.md"), text));
        return new RegisteredModel(
                model.name(),
                Digests.of(files),
                model.architecture(),
                model.blocks(),
                model.parameters(),
                model.configJson(),
                files);
    }

    /** The files of the model quantized by plain rounding to four bits. */
    List<ObjectEntry> quantized(Path out) throws IOException {
        QuantizationJobSpec spec = spec("tiny", List.of(), null);
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse("cpu"))) {
            new FolderQuantization(runtime, Control.NONE)
                    .run(
                            new FolderQuantization.Request(
                                    folder(),
                                    Digests.sha256("tiny"),
                                    spec.resolvedRecipe(Presets.load()),
                                    stories(200_000),
                                    null,
                                    0),
                            out,
                            List.of(),
                            (shard, report) -> {});
        }
        UUID upload = UUID.randomUUID();
        List<ObjectEntry> files = new ArrayList<>();
        try (Stream<Path> all = Files.list(out)) {
            for (Path file : all.sorted().toList()) {
                files.add(objects.put(ObjectKeys.model(upload, String.valueOf(file.getFileName())), file));
            }
        }
        return files;
    }

    /** The same files with another tokenizer.json. */
    List<ObjectEntry> withTokenizer(List<ObjectEntry> files, UnaryOperator<String> change) {
        List<ObjectEntry> all = new ArrayList<>();
        for (ObjectEntry file : files) {
            if (file.name().equals("tokenizer.json")) {
                String text = new String(objects.get(file), StandardCharsets.UTF_8);
                String other = change.apply(text);
                assertThat(other).isNotEqualTo(text);
                all.add(objects.put(
                        ObjectKeys.model(UUID.randomUUID(), file.name()), other.getBytes(StandardCharsets.UTF_8)));
            } else {
                all.add(file);
            }
        }
        return all;
    }

    /** The manifest of an artifact that some job made of the model. */
    static ArtifactManifest manifest(RegisteredModel model, List<ObjectEntry> files) {
        return new ArtifactManifest(
                "bisup",
                1,
                UUID.randomUUID().toString(),
                1,
                model.name(),
                model.digest(),
                spec(model.name(), List.of(), null).resolvedRecipe(Presets.load()),
                files,
                List.of(),
                Digests.of(files));
    }

    RegisteredDataset text(String name, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        ObjectEntry entry = objects.put(ObjectKeys.dataset(UUID.randomUUID(), name + ".txt"), bytes);
        return new RegisteredDataset(name, DatasetFormat.TEXT, entry);
    }

    RegisteredDataset rows(String name, String lines) {
        ObjectEntry entry = objects.put(
                ObjectKeys.dataset(UUID.randomUUID(), name + ".jsonl"), lines.getBytes(StandardCharsets.UTF_8));
        return new RegisteredDataset(name, DatasetFormat.JSONL, entry);
    }

    RegisteredDataset task(String name) throws IOException {
        Path file = REFERENCE.resolve("data/zeroshot/original-fields/" + name + ".validation.jsonl");
        return new RegisteredDataset(
                name, DatasetFormat.JSONL, objects.put(ObjectKeys.dataset(UUID.randomUUID(), "data.jsonl"), file));
    }

    /** As {@link #submit}, and waits for its end. */
    JobRecord evaluate(
            RegisteredModel model,
            List<ObjectEntry> artifact,
            List<RegisteredDataset> datasets,
            List<EvaluationSpec> evaluations,
            @Nullable QualityGate gate) {
        String id = submit(model, artifact, datasets, evaluations, gate);
        return await().atMost(Duration.ofMinutes(2))
                .until(() -> jobs.find(id).orElseThrow(), job -> job.state().terminal());
    }

    /** Submits a job and stands in for its worker by publishing an artifact's files. */
    String submit(
            RegisteredModel model,
            List<ObjectEntry> artifact,
            List<RegisteredDataset> datasets,
            List<EvaluationSpec> evaluations,
            @Nullable QualityGate gate) {
        QuantizationJobSpec spec = spec(model.name(), evaluations, gate);
        String id = jobs.submit(new NewJob(
                        "default",
                        spec,
                        spec.resolvedRecipe(Presets.load()),
                        model,
                        datasets.getFirst(),
                        datasets,
                        UUID.randomUUID().toString(),
                        Digests.sha256(Json.write(spec)),
                        null))
                .job()
                .id();
        Claim claim = jobs.claim(id, "test", LEASE).orElseThrow();
        jobs.publish(claim, manifest(id, claim, model, artifact));
        return id;
    }

    private static ArtifactManifest manifest(
            String id, Claim claim, RegisteredModel model, List<ObjectEntry> artifact) {
        return new ArtifactManifest(
                "bisup",
                1,
                id,
                claim.attempt(),
                model.name(),
                model.digest(),
                claim.work().recipe(),
                artifact,
                List.of(),
                Digests.of(artifact));
    }

    private static QuantizationJobSpec spec(
            String model, List<EvaluationSpec> evaluations, @Nullable QualityGate gate) {
        return new QuantizationJobSpec(
                model,
                new RecipeReference.Preset(RECIPE),
                "train",
                new Calibration(8, 128, 0),
                null,
                evaluations,
                gate,
                List.of(),
                Priority.NORMAL,
                null,
                Map.of());
    }

    static String stories(int characters) throws IOException {
        return Files.readString(REFERENCE.resolve("data/corpora/tinystories/smallgpt_tiny_stories.txt"))
                .substring(0, characters);
    }

    private static Path folder() {
        return REFERENCE.resolve("data/models/TinyStories-656K");
    }
}
