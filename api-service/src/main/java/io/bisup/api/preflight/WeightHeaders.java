package io.bisup.api.preflight;

import io.bisup.llm.checkpoint.IndexMatch;
import io.bisup.llm.checkpoint.SafetensorsHeader;
import io.bisup.llm.checkpoint.ShardIndex;
import io.bisup.llm.checkpoint.StoredTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * The tensors of a checkpoint by its safetensors headers: of one file, or of the shards that its index names.
 *
 * @param files that hold them, and the index when there is one
 */
record WeightHeaders(List<StoredTensor> tensors, List<String> files) {

    static final String SINGLE_FILE = "model.safetensors";
    private static final int MAX_INDEX_BYTES = 32 << 20;

    static WeightHeaders read(ModelFiles files) {
        if (files.sizes().containsKey(SINGLE_FILE)) {
            return new WeightHeaders(header(files, SINGLE_FILE), List.of(SINGLE_FILE));
        }
        ShardIndex index = index(files);
        List<String> names = new ArrayList<>(index.shards());
        List<StoredTensor> tensors = new ArrayList<>();
        names.forEach(shard -> tensors.addAll(header(files, shard)));
        IndexMatch.check(index, tensors);
        names.add(ShardIndex.FILE);
        return new WeightHeaders(tensors, names);
    }

    private static ShardIndex index(ModelFiles files) {
        Long size = files.sizes().get(ShardIndex.FILE);
        if (size == null) {
            throw ModelInspector.damaged("there is neither " + SINGLE_FILE + " nor " + ShardIndex.FILE
                    + ": only safetensors weights are read, never pickles or archives");
        }
        if (size > MAX_INDEX_BYTES) {
            throw ModelInspector.damaged(ShardIndex.FILE + " has " + size + " bytes, over " + MAX_INDEX_BYTES);
        }
        return ShardIndex.parse(files.range(ShardIndex.FILE, 0, size.intValue()));
    }

    private static List<StoredTensor> header(ModelFiles files, String file) {
        Long size = files.sizes().get(file);
        if (size == null) {
            throw ModelInspector.damaged("shard " + file + " is missing");
        }
        byte[] start = files.range(file, 0, SafetensorsHeader.LENGTH_BYTES);
        int length = SafetensorsHeader.length(start, size, file);
        return SafetensorsHeader.parse(files.range(file, SafetensorsHeader.LENGTH_BYTES, length), size, file)
                .tensors()
                .values()
                .stream()
                .map(entry -> new StoredTensor(file, entry))
                .toList();
    }
}
