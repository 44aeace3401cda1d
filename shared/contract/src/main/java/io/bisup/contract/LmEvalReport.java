package io.bisup.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Results in the form that lm-evaluation-harness writes, for tools that read it. */
public final class LmEvalReport {

    private LmEvalReport() {}

    /**
     * The tasks among the scores; see {@link #of(List)}.
     *
     * @param baseline the FP model's figures instead of the subject's
     */
    public static Map<String, Object> of(List<Score> scores, boolean baseline) {
        List<TaskResult> results = new ArrayList<>();
        for (Score score : scores) {
            if (score instanceof TaskScore task) {
                TaskResult result = baseline ? task.baseline() : task.quantized();
                if (result != null) {
                    results.add(result);
                }
            }
        }
        return of(results);
    }

    /** The results by their tasks' names; the second of one task under another protocol is called {@code piqa#2}. */
    public static Map<String, Object> of(List<TaskResult> tasks) {
        Map<String, Object> results = new TreeMap<>();
        Map<String, Object> configs = new TreeMap<>();
        Map<String, Object> samples = new TreeMap<>();
        Map<String, Object> shots = new TreeMap<>();
        Map<String, Object> better = new TreeMap<>();
        for (TaskResult result : tasks) {
            String name = name(result.task(), results.keySet());
            results.put(name, metrics(result));
            configs.put(name, protocol(result));
            samples.put(name, Map.of("original", result.documents(), "effective", result.documents()));
            shots.put(name, result.shots());
            better.put(name, higherIsBetter(result));
        }
        return Map.of(
                "results", results,
                "configs", configs,
                "n-samples", samples,
                "n-shot", shots,
                "higher_is_better", better);
    }

    private static String name(String task, Set<String> taken) {
        return IntStream.iterate(1, i -> i + 1)
                .mapToObj(i -> i == 1 ? task : task + "#" + i)
                .filter(name -> !taken.contains(name))
                .findFirst()
                .orElseThrow();
    }

    private static Map<String, Boolean> higherIsBetter(TaskResult result) {
        Map<String, Boolean> better = new TreeMap<>();
        result.metrics().keySet().forEach(metric -> better.put(metric, !metric.equals("perplexity")));
        return better;
    }

    private static Map<String, Object> metrics(TaskResult result) {
        Map<String, Object> metrics = new TreeMap<>();
        metrics.put("alias", result.task());
        result.metrics().forEach((name, estimate) -> {
            metrics.put(name + ",none", estimate.value());
            metrics.put(name + "_stderr,none", Double.isNaN(estimate.stderr()) ? "N/A" : estimate.stderr());
        });
        return metrics;
    }

    private static Map<String, Object> protocol(TaskResult result) {
        return Map.of(
                "task", result.task(),
                "dataset", result.dataset(),
                "dataset_sha256", result.datasetSha256(),
                "harness", result.harness().id(),
                "bos", result.bos(),
                "prefix_sha256", result.prefixSha256(),
                "max_length", result.maxLength(),
                "dtype", result.dtype(),
                "code_version", result.codeVersion());
    }
}
