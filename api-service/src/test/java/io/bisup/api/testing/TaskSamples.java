package io.bisup.api.testing;

import io.bisup.contract.BosRule;
import io.bisup.contract.Digests;
import io.bisup.contract.Estimate;
import io.bisup.contract.Harness;
import io.bisup.contract.Json;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskSample;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** What an evaluator stores of a task. */
final class TaskSamples {

    private TaskSamples() {}

    /** One document a digit, right where it is 1. */
    static String lines(String right) {
        return IntStream.range(0, right.length())
                .mapToObj(i -> new TaskSample(
                        i,
                        List.of(-1.5, -2.5),
                        List.of(true, false),
                        0,
                        right.charAt(i) - '0',
                        (double) (right.charAt(i) - '0'),
                        List.of("a" + i, "b" + i)))
                .map(sample -> Json.write(sample) + "\n")
                .collect(Collectors.joining());
    }

    /** The score of {@link #lines}. */
    static TaskResult result(String right) {
        Estimate share = Estimate.mean(digits(right));
        return new TaskResult(
                "piqa",
                Digests.sha256("piqa"),
                "piqa",
                0,
                null,
                Harness.V0_4_9_2,
                BosRule.AUTO,
                "tokenizer",
                "none",
                512,
                "float32",
                "0.1.0",
                right.length(),
                Map.of("acc", share, "acc_norm", share),
                1.5);
    }

    /** Of each metric, document by document. */
    static Map<String, Estimate> difference(String right, String baselineRight) {
        Estimate difference = Estimate.mean(
                IntStream.range(0, right.length()).mapToDouble(i -> right.charAt(i) - baselineRight.charAt(i)));
        return Map.of("acc", difference, "acc_norm", difference);
    }

    private static DoubleStream digits(String right) {
        return right.chars().mapToDouble(digit -> digit - '0');
    }
}
