package io.bisup.export.folder;

import io.bisup.contract.DivergenceResult;
import io.bisup.contract.DivergenceScore;
import io.bisup.contract.Estimate;
import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PropagationScore;
import io.bisup.contract.Score;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskScore;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The scores of an artifact's evaluation as a card shows them. */
public final class ScoreTable {

    private ScoreTable() {}

    /** A table in Markdown with a line above it that says what was measured; blank where nothing was. */
    public static String of(List<Score> scores) {
        if (scores.isEmpty()) {
            return "";
        }
        List<String> lines = new ArrayList<>();
        lines.add(
                "Of the artifact that this was exported from, by the evaluation of its job. What a reader's own arithmetic or"
                        + " cache changes is not in them.");
        lines.add("");
        lines.add("| measured | artifact | base model | difference |");
        lines.add("|---|---|---|---|");
        scores.stream().flatMap(ScoreTable::rows).forEach(lines::add);
        return String.join("\n", lines) + "\n";
    }

    private static Stream<String> rows(Score score) {
        return switch (score) {
            case Measurement(PerplexityResult quantized, PerplexityResult baseline) ->
                Stream.of(row(
                        "perplexity, "
                                + windows(
                                        quantized.dataset(),
                                        quantized.protocol().id(),
                                        quantized.windows(),
                                        quantized.window()),
                        figure(quantized.perplexity()),
                        figure(baseline.perplexity()),
                        "times " + figure(quantized.perplexity() / baseline.perplexity())));
            case TaskScore task -> task(task);
            case DivergenceScore(DivergenceResult result) -> divergence(result);
            case PropagationScore(PropagationScore.Summary summary, var _) ->
                Stream.of(row(
                        "relative error behind the last block, " + Markdown.text(summary.dataset()),
                        figure(summary.others()),
                        "",
                        ""));
        };
    }

    private static Stream<String> task(TaskScore score) {
        TaskResult quantized = score.quantized();
        TaskResult baseline = score.baseline();
        return quantized.metrics().keySet().stream()
                .sorted()
                .map(metric -> row(
                        Markdown.text(quantized.task()) + ", " + Markdown.text(metric) + ", " + quantized.shots()
                                + " shots, " + quantized.documents() + " documents",
                        figure(quantized.metrics().get(metric)),
                        baseline == null ? "" : figure(baseline.metrics().get(metric)),
                        figure(score.difference().get(metric))));
    }

    private static Stream<String> divergence(DivergenceResult result) {
        String where = windows(result.dataset(), result.protocol().id(), result.windows(), result.window());
        return Stream.of(
                row("divergence from the base model, nats, " + where, figure(result.kl()), "", ""),
                row("same most probable token, " + where, figure(result.sameTop()), "", ""));
    }

    private static String windows(String dataset, String protocol, int windows, int tokens) {
        return Markdown.text(dataset) + " (" + protocol + ", " + windows + " windows of " + tokens + " tokens)";
    }

    private static String row(String what, String ours, String base, String difference) {
        return "| " + what + " | " + ours + " | " + base + " | " + difference + " |";
    }

    private static String figure(@Nullable Estimate estimate) {
        if (estimate == null) {
            return "";
        }
        return Double.isFinite(estimate.stderr())
                ? figure(estimate.value()) + " ± " + figure(estimate.stderr())
                : figure(estimate.value());
    }

    private static String figure(double value) {
        return String.format(Locale.ROOT, Math.abs(value) < 0.001 ? "%.3g" : "%.4f", value);
    }
}
