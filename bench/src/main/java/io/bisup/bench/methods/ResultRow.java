package io.bisup.bench.methods;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What a recipe made of a model.
 *
 * @param key all that the figures depend on
 * @param storedBits bits a weight of the blocks' linears, counted from the artifact's files
 * @param formulaBits the same by {@link io.bisup.contract.recipe.StoredBits}
 * @param bytes of all the artifact's weights, embedding and head included
 * @param seconds of the quantization
 * @param peakBytes most memory that the process held until the quantization ended; 0 where the system does not tell
 * @param prefixTokens tokens of the prefix
 * @param dtype in which matrix products were computed
 * @param scores by text, in the key's order
 * @param tasks by task, in the key's order
 */
public record ResultRow(
        RowKey key,
        double storedBits,
        double formulaBits,
        long bytes,
        double seconds,
        long peakBytes,
        int prefixTokens,
        String dtype,
        List<Score> scores,
        @JsonInclude(JsonInclude.Include.NON_EMPTY) List<TaskScore> tasks) {
    public ResultRow {
        scores = List.copyOf(scores);
        tasks = tasks == null ? List.of() : List.copyOf(tasks);
    }
}
