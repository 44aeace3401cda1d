package io.bisup.contract;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One document's scores, as lm-evaluation-harness logs its samples.
 *
 * @param docId place in the data set, from 0
 * @param ll log-likelihood of each choice, in nats
 * @param greedy whether each choice is what greedy decoding gives
 * @param gold index of the right choice
 * @param acc 1 if the prediction is right, else 0
 * @param accNorm the same with length-normalised log-likelihoods; null where the task has no such metric
 * @param req the first 16 hex digits of SHA-256 of context, NUL and continuation, per choice
 */
public record TaskSample(
        @JsonProperty("doc_id") int docId,
        List<Double> ll,
        List<Boolean> greedy,
        int gold,
        double acc,

        @JsonProperty("acc_norm") @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
        Double accNorm,

        List<String> req) {
    public TaskSample {
        ll = List.copyOf(ll);
        greedy = List.copyOf(greedy);
        req = List.copyOf(req);
    }
}
