package io.bisup.contract;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Results in the form that lm-evaluation-harness writes, for tools that read it. */
public final class LmEvalReport {

    private LmEvalReport() {}

    /**
     * The tasks among the scores.
     *
     * @param baseline the FP model's figures instead of the subject's
     */
    public static Map<String, Object> of(List<Score> scores, boolean baseline) {
        Map<String, Object> results = new TreeMap<>();
        Map<String, Object> configs = new TreeMap<>();
        Map<String, Object> samples = new TreeMap<>();
        Map<String, Object> shots = new TreeMap<>();
        for (Score score : scores) {
            if (score instanceof TaskScore task) {
                TaskResult result = baseline ? task.baseline() : task.quantized();
                if (result != null) {
                    results.put(result.task(), metrics(result));
                    configs.put(result.task(), protocol(result));
                    samples.put(result.task(), Map.of("original", result.documents(), "effective", result.documents()));
                    shots.put(result.task(), result.shots());
                }
            }
        }
        return Map.of("results", results, "configs", configs, "n-samples", samples, "n-shot", shots);
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
