package io.bisup.bench.eval;

import io.bisup.bench.methods.MarkdownTable;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The page of all comparisons: a table for each pair of folders. */
final class EvalPage {

    private static final double MEGABYTE = 1e6;

    private static final String HEAD = """
            # Zero-shot tasks beside lm-evaluation-harness

            Written by `./bisup bench eval` from [evaluation.json](evaluation.json); what is there is not measured again. Both programs read the
            same documents on the same threads, in float32, task by task in turns: one computes while the other waits.

            *s* is from requests as text to log-likelihoods (tokens included; prompts, metrics and the opening of the model not), the faster of
            as many runs as the command asks for, behind a warm-up of two documents; *ratio* is the harness's time over ours. *CPU s* is the
            processor time of the whole process meanwhile, which waiting for a core that others keep busy does not lengthen. *Peak* is the most resident memory of the process in that
            time, the model and the runtime included. *Outside* counts log-likelihoods further apart than 1e-4 · |ll| + 1e-3; *unequal* the
            documents of another acc, acc_norm or greedy. The score is ours, with its standard error over documents.
            """;

    private static final List<String> TITLES = List.of(
            "task",
            "metric",
            "documents",
            "score",
            "max |Δll|",
            "outside",
            "unequal",
            "s here",
            "s there",
            "ratio",
            "CPU s here",
            "CPU s there",
            "CPU ratio",
            "peak MB here",
            "peak MB there");

    private final EvalResults results;

    EvalPage(EvalResults results) {
        this.results = results;
    }

    /** What rows of one table have in common. */
    private record Pair(
            String model, String sha256, @Nullable String peer, int threads, int batch) {
        static Pair of(EvalRow row) {
            EvalKey key = row.key();
            return new Pair(key.model(), key.sha256(), key.peer(), key.threads(), key.batch());
        }
    }

    @Override
    public String toString() {
        Map<Pair, List<EvalRow>> pairs = results.rows().stream()
                .collect(Collectors.groupingBy(Pair::of, LinkedHashMap::new, Collectors.toList()));
        StringBuilder page = new StringBuilder(HEAD);
        pairs.forEach((pair, rows) -> page.append("\n## ")
                .append(pair.model())
                .append("\n\n")
                .append(protocol(pair, rows))
                .append("\n\n")
                .append(table(rows)));
        return page.toString();
    }

    private static String protocol(Pair pair, List<EvalRow> rows) {
        EvalRow first = rows.getFirst();
        String codes = rows.stream()
                .map(row -> "`" + row.key().code() + "`")
                .distinct()
                .collect(Collectors.joining(", "));
        String here = String.format(
                Locale.ROOT,
                "Model `%s`, %d threads, at most %d tokens; code %s; opened in %.1f s, %.0f MB.",
                pair.sha256().substring(0, 12),
                pair.threads(),
                first.key().maxLength(),
                codes,
                first.ours().loadSeconds(),
                first.ours().loadBytes() / MEGABYTE);
        Beside peer = first.peer();
        return peer == null ? here : here + there(pair, peer);
    }

    private static String there(Pair pair, Beside peer) {
        return String.format(
                Locale.ROOT,
                " There: `%s` by %s, batches of %d; opened in %.1f s, %.0f MB.",
                pair.peer(),
                peer.program(),
                pair.batch(),
                peer.cost().loadSeconds(),
                peer.cost().loadBytes() / MEGABYTE);
    }

    private static MarkdownTable table(List<EvalRow> rows) {
        MarkdownTable table = new MarkdownTable(TITLES, 2);
        rows.forEach(row -> table.add(cells(row)));
        return table;
    }

    private static List<String> cells(EvalRow row) {
        EvalSide ours = row.ours();
        Beside peer = row.peer();
        List<String> cells = new ArrayList<>(List.of(
                row.key().task(),
                row.metric(),
                String.valueOf(row.key().documents()),
                String.format(
                        Locale.ROOT,
                        "%.4f ± %.4f",
                        row.score().value(),
                        row.score().stderr())));
        cells.addAll(peer == null ? List.of("", "", "") : parity(peer.parity()));
        cells.addAll(beside(ours, peer, EvalSide::seconds));
        cells.addAll(beside(ours, peer, EvalSide::cpuSeconds));
        cells.add(megabytes(ours));
        cells.add(peer == null ? "" : megabytes(peer.cost()));
        return cells;
    }

    private static List<String> parity(Parity parity) {
        return List.of(
                String.format(Locale.ROOT, "%.5f", parity.difference()),
                String.valueOf(parity.outside()),
                String.valueOf(parity.unequal()));
    }

    /** Ours, the harness's, and how many times ours that is. */
    private static List<String> beside(EvalSide ours, @Nullable Beside peer, ToDoubleFunction<EvalSide> figure) {
        double here = figure.applyAsDouble(ours);
        if (peer == null) {
            return List.of(decimal(here), "", "");
        }
        double there = figure.applyAsDouble(peer.cost());
        return List.of(decimal(here), decimal(there), decimal(there / here));
    }

    private static String decimal(double value) {
        return String.format(Locale.ROOT, "%.2f", value);
    }

    private static String megabytes(EvalSide side) {
        return String.format(Locale.ROOT, "%.0f", side.peakBytes() / MEGABYTE);
    }
}
