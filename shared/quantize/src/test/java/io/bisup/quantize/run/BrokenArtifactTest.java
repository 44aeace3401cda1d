package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import io.bisup.contract.FailureException;
import io.bisup.llm.artifact.ArtifactConfig;
import io.bisup.llm.artifact.BlockLayout;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.ShardIndex;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.export.NativeArtifact;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An artifact whose second block lacks a tensor is refused without leaving the first one's tensors behind. */
class BrokenArtifactTest {
    private static final String CONFIG = """
            {"architectures": ["LlamaForCausalLM"], "hidden_size": 64, "intermediate_size": 128, "vocab_size": 97,
             "num_attention_heads": 4, "num_key_value_heads": 2, "num_hidden_layers": 2, "rms_norm_eps": 1e-6,
             "max_position_embeddings": 256}
            """;

    @TempDir
    Path folder;

    @Test
    void noTensorOutlivesAnOpenThatFails() throws IOException {
        Path artifact = artifact();
        int before = managed();
        try (OpenModel whole = ModelFolder.open(artifact, RUNTIME)) {
            assertThat(whole.model().config().layers()).isEqualTo(2);
            assertThat(managed()).isGreaterThan(before);
        }
        assertThat(managed()).as("closing frees everything").isEqualTo(before);

        remove(artifact, "model.layers.1.input_layernorm.weight");
        assertThatThrownBy(() -> ModelFolder.open(artifact, RUNTIME))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("model.layers.1.input_layernorm.weight");
        assertThat(managed()).isEqualTo(before);
    }

    private Path artifact() throws IOException {
        Path source = Files.createDirectory(folder.resolve("source"));
        Files.writeString(source.resolve("config.json"), CONFIG);
        DecoderConfig config = DecoderConfig.read(source);
        checkpoint(source, config);
        Path target = Files.createDirectory(folder.resolve("artifact"));
        List<Path> blocks = new ArrayList<>();
        QuantizationInput input = TinyModels.input(config, TinyModels.nearest(3), 2);
        BlockLayout layout =
                new ModelRun(RUNTIME, input, Control.NONE).run(target, List.of(), (shard, report) -> blocks.add(shard));
        try (Checkpoint checkpoint = Checkpoint.open(source)) {
            ArtifactConfig sidecar = ArtifactConfig.of(layout, input.recipe(), input.prefix(), "text", "model");
            new NativeArtifact(RUNTIME, source, target)
                    .complete(input.plan(), checkpoint, input.ends(), sidecar, blocks);
        }
        return target;
    }

    private static void checkpoint(Path target, DecoderConfig config) throws IOException {
        List<NDArray> open = new ArrayList<>();
        List<TensorSource> tensors = new ArrayList<>();
        for (String name : ModelTensors.expected(config).keySet()) {
            NDArray parameter = TinyModels.parameter(config, name);
            open.add(parameter);
            tensors.add(TensorSources.of(name, parameter));
        }
        SafetensorsWriter.write(target.resolve(Checkpoint.SINGLE_FILE), SafetensorsWriter.FORMAT_PT, tensors);
        open.forEach(NDArray::close);
    }

    /** Rewrites the shard that holds the tensor, and the index, without it. */
    private static void remove(Path artifact, String name) throws IOException {
        Path index = artifact.resolve(ShardIndex.FILE);
        Path shard = artifact.resolve(ShardIndex.read(index).shardOf().get(name));
        Path old = artifact.resolve("old");
        Files.move(shard, old);
        try (SafetensorsFile file = SafetensorsFile.open(old)) {
            List<TensorSource> others = file.header().tensors().keySet().stream()
                    .filter(tensor -> !tensor.equals(name))
                    .map(tensor -> TensorSource.copyOf(file.tensor(tensor).orElseThrow()))
                    .toList();
            SafetensorsWriter.write(shard, SafetensorsWriter.FORMAT_PT, others);
        }
        Files.writeString(index, Files.readString(index).replaceFirst("\"" + name + "\":\"[^\"]*\",?", ""));
    }

    private static int managed() {
        return ((BaseNDManager) RUNTIME.manager()).getManagedArrays().size();
    }
}
