package io.bisup.llm.checkpoint;

import io.bisup.llm.checkpoint.MalformedCheckpointException.Code;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/** Compares the shards of a checkpoint with its index. */
public final class IndexMatch {

    private static final String REMEDY = "download index and shards of the same revision";

    private IndexMatch() {}

    /**
     * Checks that the index lists every tensor of the shards, each once and in the shard that holds it, and no other.
     *
     * @throws MalformedCheckpointException naming the first tensor that index and shards disagree about
     */
    public static void check(ShardIndex index, Collection<StoredTensor> tensors) {
        Set<String> held = new HashSet<>();
        tensors.forEach(
                tensor -> refuse(!held.add(tensor.name()), Code.DUPLICATE_KEY, tensor, "another shard holds it too"));
        tensors.forEach(tensor -> refuse(
                !tensor.file().equals(index.shardOf().get(tensor.name())),
                Code.INDEX_MISMATCH,
                tensor,
                "the index does not list it there"));
        index.shardOf().forEach((tensor, shard) -> {
            if (!held.contains(tensor)) {
                throw new MalformedCheckpointException(
                        Code.INDEX_MISMATCH,
                        ShardIndex.FILE,
                        tensor,
                        "the index places it in " + shard + ", which does not hold it",
                        REMEDY);
            }
        });
    }

    private static void refuse(boolean wrong, Code code, StoredTensor tensor, String cause) {
        if (wrong) {
            throw new MalformedCheckpointException(code, tensor.file(), tensor.name(), cause, REMEDY);
        }
    }
}
