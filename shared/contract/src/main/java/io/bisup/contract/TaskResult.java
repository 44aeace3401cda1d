package io.bisup.contract;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A zero-shot score with everything it depends on: a number carries its protocol.
 *
 * @param dataset the data set's name
 * @param datasetSha256 digest of its bytes
 * @param task the harness's name of the task
 * @param shots solved examples before each document
 * @param examplesSha256 digest of the bytes of the data set that they are of; null where there are none
 * @param harness whose release's rules made tokens of text
 * @param bosRule what was asked for
 * @param bos what that put in front of a context: "tokenizer" (its default), "always" or "none"
 * @param prefixSha256 digest of the prefix's token ids, or "none"
 * @param maxLength tokens that the model read at most
 * @param dtype in which the model computed
 * @param codeVersion of the evaluator
 * @param documents documents scored, from the data set's start
 * @param metrics each of the task's metrics by its harness name
 * @param seconds wall time
 */
public record TaskResult(
        String dataset,
        String datasetSha256,
        String task,
        int shots,
        @Nullable String examplesSha256,
        Harness harness,
        BosRule bosRule,
        String bos,
        String prefixSha256,
        int maxLength,
        String dtype,
        String codeVersion,
        int documents,
        Map<String, Estimate> metrics,
        double seconds) {
    public TaskResult {
        metrics = Map.copyOf(metrics);
    }
}
