package io.bisup.bench.methods;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Rows of one model under the same conditions, as the page shows them. */
final class ResultsSection {

    private static final String NOTHING = "";
    private static final double MEGABYTE = 1e6;

    private static final String TASKS = """
            Accuracy in percent by lm-evaluation-harness's rules (acc_norm where the task has it), zero-shot, with its standard error over
            documents (their number in brackets), and the difference from the FP model behind the same prefix with the standard error of
            the pairs; in bold where it is at least two of those, else it is no difference.

            """;

    private final Conditions conditions;
    private final List<Line> lines;
    private final List<Baseline> baselines;
    private final Comparison comparison;

    ResultsSection(Conditions conditions, List<Line> lines, List<Baseline> baselines) {
        this.conditions = conditions;
        this.lines = List.copyOf(lines);
        this.baselines = baselines.stream().filter(conditions::hold).toList();
        this.comparison = new Comparison(lines);
    }

    /** @param chart name of the chart's file */
    String text(String chart) {
        StringBuilder text = new StringBuilder();
        text.append("## ").append(conditions.model().name()).append("\n\n");
        text.append(protocol()).append("\n\n").append(exact()).append("\n\n");
        text.append("![Perplexity over stored bits per weight](").append(chart).append(")\n");
        tables().forEach((formats, table) ->
                text.append("\n### ").append(formats).append("\n\n").append(table));
        TaskTable tasks = new TaskTable(lines);
        if (!tasks.isEmpty()) {
            text.append("\n### Tasks\n\n").append(TASKS).append(tasks);
        }
        return text.toString();
    }

    private String protocol() {
        String texts = conditions.evaluation().stream()
                .map(text -> String.format(
                        Locale.ROOT,
                        "%s (%s, %,d bytes, `%s`)",
                        text.name(),
                        text.protocol().id(),
                        text.bytes(),
                        text.sha256().substring(0, 12)))
                .collect(Collectors.joining(", "));
        String codes = lines.stream()
                .flatMap(line -> line.rows().stream())
                .map(row -> "`" + row.key().code() + "`")
                .distinct()
                .collect(Collectors.joining(", "));
        return String.format(
                Locale.ROOT,
                "Model `%s`. Calibrated on %d windows of %d tokens; measured on %s in windows of %d tokens; %s on %s; code %s.",
                conditions.model().sha256().substring(0, 12),
                conditions.samples(),
                conditions.length(),
                texts,
                conditions.window(),
                conditions.dtype(),
                conditions.device(),
                codes);
    }

    /** Perplexity of the unquantized model, by prefix where rows have one. */
    private String exact() {
        String parts = Stream.concat(
                        baselines.stream().filter(b -> !b.hasPrefix()),
                        baselines.stream().filter(Baseline::hasPrefix))
                .map(b -> String.format(
                                Locale.ROOT,
                                "%.3f on %s",
                                b.perplexity(),
                                b.text().name())
                        + (b.hasPrefix() ? " behind prefix `" + b.prefix().substring(0, 8) + "`" : ""))
                // Rows of other code have a baseline of their own, of the same figure.
                .distinct()
                .collect(Collectors.joining(", "));
        return String.format(Locale.ROOT, "FP, %.1f MB: %s.", conditions.model().bytes() / MEGABYTE, parts);
    }

    /** A table for each set of number formats, those of most bits first. */
    private SortedMap<NumberFormats, MarkdownTable> tables() {
        SortedMap<NumberFormats, MarkdownTable> tables = new TreeMap<>();
        for (Line line : lines) {
            tables.computeIfAbsent(line.formats(), formats -> new MarkdownTable(head(), 2))
                    .add(cells(line));
        }
        return tables;
    }

    private List<String> head() {
        List<String> head = new ArrayList<>(List.of("recipe", "calibrated on"));
        for (TextId text : conditions.evaluation()) {
            head.addAll(List.of(text.name(), "loss", "recovered"));
        }
        head.addAll(List.of("KL", "same top", "bits", "formula", "MB", "s", "peak MB", "nearest size"));
        return head;
    }

    private List<String> cells(Line line) {
        List<String> cells = new ArrayList<>(List.of("`" + line.name() + "`", line.calibration()));
        for (int text = 0; text < conditions.evaluation().size(); text++) {
            cells.add(line.perplexity(text).text(3));
            cells.add(line.loss(text).text(4));
            cells.add(percent(comparison.recovered(line, text)));
        }
        cells.add(line.kl().isEmpty() ? NOTHING : decimal(4, line.kl().getAsDouble()));
        cells.add(percent(line.sameTop()));
        cells.add(decimal(2, line.storedBits()));
        cells.add(decimal(2, line.formulaBits()));
        cells.add(decimal(1, line.bytes() / MEGABYTE));
        cells.add(decimal(0, line.seconds()));
        cells.add(line.peakBytes() == 0 ? NOTHING : decimal(0, line.peakBytes() / MEGABYTE));
        cells.add(comparison.nearestSize(line).map(ResultsSection::beside).orElse(NOTHING));
        return cells;
    }

    private static String beside(Line line) {
        return "`%s`, %s: %s"
                .formatted(
                        line.name(), decimal(2, line.storedBits()), line.loss(0).text(4));
    }

    private static String percent(OptionalDouble share) {
        return share.isEmpty() ? NOTHING : decimal(1, 100 * share.getAsDouble()) + " %";
    }

    private static String decimal(int places, double value) {
        return String.format(Locale.ROOT, "%." + places + "f", value);
    }
}
