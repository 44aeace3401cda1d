package io.bisup.export.folder;

import io.bisup.contract.Json;
import io.bisup.export.format.ExportProgress;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.checkpoint.ShardIndex;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The weights of a checkpoint folder: one file, or several with an index, as save_pretrained of transformers names them. */
public final class Shards {

    private final Path folder;
    private final long shardBytes;
    private final ExportProgress progress;
    private long written;

    /** @param shardBytes most bytes of tensors in one file, unless one tensor alone has more */
    public Shards(Path folder, long shardBytes, ExportProgress progress) {
        this.folder = folder;
        this.shardBytes = shardBytes;
        this.progress = progress;
    }

    /** Writes the tensors, in their order, in as few files as hold them. */
    public void write(List<TensorSource> tensors) throws IOException {
        long total = tensors.stream().mapToLong(TensorSource::bytes).sum();
        List<List<TensorSource>> shards = split(tensors);
        if (shards.size() == 1) {
            write(Checkpoint.SINGLE_FILE, shards.getFirst(), total);
            return;
        }
        SortedMap<String, String> shardOf = new TreeMap<>();
        for (int i = 0; i < shards.size(); i++) {
            String name = String.format(Locale.ROOT, "model-%05d-of-%05d.safetensors", i + 1, shards.size());
            write(name, shards.get(i), total);
            shards.get(i).forEach(tensor -> shardOf.put(tensor.name(), name));
        }
        Map<String, Object> index = Map.of("metadata", Map.of("total_size", total), "weight_map", shardOf);
        Files.writeString(folder.resolve(ShardIndex.FILE), Json.write(index) + "\n");
    }

    private List<List<TensorSource>> split(List<TensorSource> tensors) {
        List<List<TensorSource>> shards = new ArrayList<>();
        long filled = Long.MAX_VALUE;
        for (TensorSource tensor : tensors) {
            if (shards.isEmpty() || filled + tensor.bytes() > shardBytes) {
                shards.add(new ArrayList<>());
                filled = 0;
            }
            shards.getLast().add(tensor);
            filled += tensor.bytes();
        }
        return shards;
    }

    private void write(String name, List<TensorSource> tensors, long total) throws IOException {
        List<TensorSource> counted =
                tensors.stream().map(tensor -> counted(tensor, total)).toList();
        SafetensorsWriter.write(folder.resolve(name), SafetensorsWriter.FORMAT_PT, counted);
    }

    private TensorSource counted(TensorSource tensor, long total) {
        return new TensorSource(tensor.name(), tensor.dtype(), tensor.shape(), sink -> {
            tensor.content().writeTo(sink);
            written += tensor.bytes();
            progress.at(written, total);
        });
    }
}
