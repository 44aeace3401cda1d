package io.bisup.quantize.export;

import io.bisup.contract.Json;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.ShardIndex;
import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.quant.ArtifactConfig;
import io.bisup.llm.quant.ArtifactFiles;
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
            "chat_template.jinja");

    private NativeArtifact() {}

    /**
     * Writes everything but the blocks' files.
     *
     * @param source folder of the source checkpoint
     * @param blocks the blocks' files, wherever they lie
     * @param target folder of the artifact
     * @return the files written
     */
    public static List<Path> complete(
            Path source, Checkpoint checkpoint, ArtifactConfig sidecar, List<Path> blocks, Path target) {
        try {
            ends(DecoderConfig.read(source), checkpoint, target);
            index(
                    Stream.concat(Stream.of(target.resolve(ArtifactFiles.ENDS)), blocks.stream())
                            .toList(),
                    target);
            sidecar.write(target);
            for (String name : COPIED) {
                if (Files.isRegularFile(source.resolve(name))) {
                    Files.copy(source.resolve(name), target.resolve(name), StandardCopyOption.REPLACE_EXISTING);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the artifact to " + target, e);
        }
        return Stream.concat(Stream.of(ArtifactFiles.ENDS, ArtifactFiles.SIDECAR, ShardIndex.FILE), COPIED.stream())
                .map(target::resolve)
                .filter(Files::isRegularFile)
                .toList();
    }

    private static void ends(DecoderConfig config, Checkpoint checkpoint, Path target) throws IOException {
        Stream<String> names = config.tiedEmbeddings()
                ? Stream.of(ModelTensors.EMBEDDING, ModelTensors.FINAL_NORM)
                : Stream.of(ModelTensors.EMBEDDING, ModelTensors.FINAL_NORM, ModelTensors.HEAD);
        List<TensorSource> tensors =
                names.map(name -> renamed(name, checkpoint.tensor(name))).toList();
        SafetensorsWriter.write(target.resolve(ArtifactFiles.ENDS), SafetensorsWriter.FORMAT_PT, tensors);
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
