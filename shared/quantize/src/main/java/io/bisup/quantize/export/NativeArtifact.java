package io.bisup.quantize.export;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.Json;
import io.bisup.llm.artifact.ArtifactConfig;
import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.ShardIndex;
import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.transform.ChannelMap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Completes a folder that holds the blocks' files to an artifact that opens by itself: embedding, norm and head as the
 * source holds them, the sidecar, the model's configuration and its tokenizer. Equal inputs give equal bytes.
 */
public final class NativeArtifact {

    /** Copied where the source has them. */
    private static final List<String> COPIED = List.of(
            "config.json",
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja",
            "LICENSE");

    /** The name of a checkpoint's card. */
    private static final String CARD = "README.md";

    private final TensorRuntime runtime;
    private final Path source;
    private final Path target;

    /**
     * An artifact in the making.
     *
     * @param source folder of the source checkpoint
     * @param target folder of the artifact
     */
    public NativeArtifact(TensorRuntime runtime, Path source, Path target) {
        this.runtime = runtime;
        this.source = source;
        this.target = target;
    }

    /**
     * Writes everything but the blocks' files.
     *
     * @param ends how a rotated embedding and head are stored
     * @param blocks the blocks' files, wherever they lie
     * @return the files written
     */
    public List<Path> complete(
            BlockPlan plan, Checkpoint checkpoint, EndsType ends, ArtifactConfig sidecar, List<Path> blocks) {
        try (PlannedBlock planned = new PlannedBlock(runtime, plan)) {
            ChannelMap residual = planned.rotations().residual();
            List<TensorSource> tensors = residual == null
                    ? copiedEnds(plan.config(), checkpoint)
                    : new RotatedEnds(runtime, checkpoint, residual, ends).tensors(plan.config());
            SafetensorsWriter.write(target.resolve(ArtifactFiles.ENDS), SafetensorsWriter.FORMAT_PT, tensors);
            index(
                    Stream.concat(Stream.of(target.resolve(ArtifactFiles.ENDS)), blocks.stream())
                            .toList(),
                    target);
            sidecar.write(target);
            for (String name : COPIED) {
                copy(name, name);
            }
            copy(CARD, ArtifactFiles.SOURCE_CARD);
            if (residual != null) {
                untie(target.resolve("config.json"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the artifact to " + target, e);
        }
        return Stream.concat(
                        Stream.of(
                                ArtifactFiles.ENDS, ArtifactFiles.SIDECAR, ArtifactFiles.SOURCE_CARD, ShardIndex.FILE),
                        COPIED.stream())
                .map(target::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    private void copy(String from, String to) throws IOException {
        if (Files.isRegularFile(source.resolve(from))) {
            Files.copy(source.resolve(from), target.resolve(to), StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private static List<TensorSource> copiedEnds(DecoderConfig config, Checkpoint checkpoint) {
        Stream<String> names = config.tiedEmbeddings()
                ? Stream.of(ModelTensors.EMBEDDING, ModelTensors.FINAL_NORM)
                : Stream.of(ModelTensors.EMBEDDING, ModelTensors.FINAL_NORM, ModelTensors.HEAD);
        return names.map(name -> renamed(name, checkpoint.tensor(name))).toList();
    }

    /** Embedding and head are no longer one tensor once the final norm is fused into the head (methods §4.1). */
    private static void untie(Path config) throws IOException {
        ObjectNode fields = (ObjectNode) Json.mapper().readTree(Files.readString(config));
        fields.put("tie_word_embeddings", false);
        Files.writeString(config, Json.write(fields) + "\n");
    }

    /** A tied matrix that the source stores under the head's name only becomes the embedding. */
    private static TensorSource renamed(String name, TensorView view) {
        return TensorSource.of(name, view.dtype(), view.shape(), view.data());
    }

    private static void index(List<Path> shards, Path target) throws IOException {
        SortedMap<String, String> shardOf = new TreeMap<>();
        long bytes = 0;
        for (Path shard : shards) {
            try (SafetensorsFile file = SafetensorsFile.open(shard)) {
                for (TensorEntry entry : file.header().tensors().values()) {
                    shardOf.put(entry.name(), file.name());
                    bytes += entry.bytes();
                }
            }
        }
        Map<String, Object> index = Map.of("metadata", Map.of("total_size", bytes), "weight_map", shardOf);
        Files.writeString(target.resolve(ShardIndex.FILE), Json.write(index) + "\n");
    }
}
