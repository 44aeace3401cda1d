package io.bisup.export;

import static io.bisup.quantize.TinyModels.RUNTIME;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.TensorMap;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.llm.weight.WeightForm;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Small artifacts made by the engine, and what the engine says they hold. */
public final class Artifacts {

    /** What each family's config.json has beside the shape. */
    private static final Map<String, String> FAMILIES = Map.of(
            "llama", "\"architectures\": [\"LlamaForCausalLM\"], \"model_type\": \"llama\"",
            "qwen2", "\"architectures\": [\"Qwen2ForCausalLM\"], \"model_type\": \"qwen2\"",
            "qwen3", "\"architectures\": [\"Qwen3ForCausalLM\"], \"model_type\": \"qwen3\", \"head_dim\": 16",
            "phi3", "\"architectures\": [\"Phi3ForCausalLM\"], \"model_type\": \"phi3\", \"pad_token_id\": 0");

    private Artifacts() {}

    /** A model of random weights with TinyStories' tokenizer; hidden 64, feed-forward 96. */
    public static Path model(Path folder, String family, boolean tied) throws IOException {
        return model(folder, family, tied, 64, 96, 2);
    }

    /** The same of another width, feed-forward width and number of layers; four heads. */
    public static Path model(Path folder, String family, boolean tied, int hidden, int inner, int layers)
            throws IOException {
        Files.createDirectories(folder);
        String fields = """
                "hidden_size": %d, "intermediate_size": %d, "num_attention_heads": 4, "num_key_value_heads": 2,
                "num_hidden_layers": %d, "vocab_size": 2048, "rms_norm_eps": 1e-5, "rope_theta": 10000.0,
                "max_position_embeddings": 256, "hidden_act": "silu", "bos_token_id": 1, "eos_token_id": 2,
                "rope_scaling": null, "torch_dtype": "float32",
                """.formatted(hidden, inner, layers);
        String config = "{" + fields + FAMILIES.get(family) + ", \"tie_word_embeddings\": " + tied + "}";
        Files.writeString(folder.resolve("config.json"), config);
        Path tokenizer = ReferenceData.path("data/models/TinyStories-656K");
        for (String name : List.of("tokenizer.json", "tokenizer_config.json")) {
            Files.copy(tokenizer.resolve(name), folder.resolve(name));
        }
        List<TensorSource> tensors = new ArrayList<>();
        TensorMap.of(DecoderConfig.read(folder)).stored().forEach((name, shape) -> tensors.add(random(name, shape)));
        SafetensorsWriter.write(folder.resolve("model.safetensors"), SafetensorsWriter.FORMAT_PT, tensors);
        return folder;
    }

    private static TensorSource random(String name, List<Long> shape) {
        Random random = new Random(name.hashCode());
        float[] values = new float[Math.toIntExact(shape.stream().reduce(1L, Math::multiplyExact))];
        boolean norm = name.contains("norm");
        double deviation = shape.size() == 1 ? 0.2 : 1 / Math.sqrt((double) shape.getLast());
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) ((norm ? 1 : 0) + deviation * random.nextGaussian());
        }
        return TensorSource.of(name, DType.F32, shape, MemorySegment.ofArray(values));
    }

    /** The artifact that the engine makes of a model by a recipe's fields. */
    public static Path quantized(Path model, String fields, Path folder) throws IOException {
        Files.createDirectories(folder);
        Recipe recipe = Json.yaml(
                "version: 2\nname: tiny\ncalibration: {samples: 4, sequenceLength: 32}\n" + fields, Recipe.class);
        new FolderQuantization(RUNTIME, Control.NONE)
                .run(
                        new FolderQuantization.Request(
                                model, "digest", recipe, "Once upon a time there was a dog. ".repeat(60), null, 0),
                        folder,
                        List.of(),
                        (shard, report) -> {});
        return folder;
    }

    /** What the engine's own reader says a weight stands for, [out × in]. */
    public static float[] values(StoredArtifact artifact, BlockTensor linear, int layer) {
        List<Segment> segments = artifact.segments(linear, layer);
        WeightForm form = new WeightForm(
                Math.toIntExact(linear.shape(artifact.config()).getFirst()),
                segments.stream()
                        .map(segment -> new WeightForm.Segment(segment.columns(), segment.format()))
                        .toList());
        String name = linear.name(layer);
        try (StoredWeight stored = StoredWeight.read(
                        RUNTIME, name.substring(0, name.length() - ".weight".length()), form, artifact::find);
                NDArray values = stored.dequantize(RUNTIME)) {
            return values.toFloatArray();
        }
    }

    /** Logits of some token ids by the engine. */
    public static float[] logits(Path folder) {
        long[] ids = new Random(7).longs(24, 3, 2048).toArray();
        try (NDScope scope = new NDScope();
                OpenModel open = ModelFolder.open(folder, RUNTIME)) {
            scope.suppressNotUsedWarning();
            return open.model().forward(ids).toFloatArray();
        }
    }
}
