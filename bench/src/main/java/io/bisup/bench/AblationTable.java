package io.bisup.bench;

import io.bisup.bench.methods.Spread;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** Prints the rows of an ablation as they are measured; of several seeds, each against the same seed of the row it is held to. */
final class AblationTable {

    /** Of perplexities and gains, as in the page of results: what seeds and processors leave alike is less. */
    private static final int DECIMALS = 3;

    private final PrintWriter out;
    private final boolean several;

    /** Losses of the first row and of the latest one, by seed; empty before the first. */
    private List<Double> base = List.of();

    private List<Double> above = List.of();

    /**
     * Prints the head.
     *
     * @param out flushes after each {@code printf}
     * @param several whether a row has more than one seed; one seed's gain over the row above is no figure to print
     */
    AblationTable(PrintWriter out, boolean several) {
        this.out = out;
        this.several = several;
        out.printf("| step | perplexity | recovered |%s MB | seconds |%n", several ? " gain, nats |" : "");
        out.printf("|---|---:|---:|%s---:|---:|%n", several ? "---:|" : "");
    }

    /** The model itself. */
    void exact(double perplexity, double megabytes) {
        String exact = Spread.of(DoubleStream.of(perplexity)).text(DECIMALS);
        out.printf(Locale.ROOT, "| FP | %s | |%s %.2f | |%n", exact, several ? " |" : "", megabytes);
    }

    /** One step, by seed; before it the model behind the step's prefix, where it has one. */
    void step(String name, List<Trial.Row> rows) {
        if (rows.getFirst().hasPrefix()) {
            String exact = spread(rows, Trial.Row::exact).text(DECIMALS);
            out.printf("| FP behind the prefix | %s | |%s | |%n", exact, several ? " |" : "");
        }
        List<Double> losses = rows.stream().map(Trial.Row::loss).toList();
        base = base.isEmpty() ? losses : base;
        above = above.isEmpty() ? losses : above;
        // Of the first row's loss in log-perplexity, each against its own FP model.
        Spread recovered = Spread.of(
                IntStream.range(0, losses.size()).mapToDouble(seed -> 100 * (1 - losses.get(seed) / base.get(seed))));
        Spread gain =
                Spread.of(IntStream.range(0, losses.size()).mapToDouble(seed -> above.get(seed) - losses.get(seed)));
        out.printf(
                Locale.ROOT,
                "| %s | %s | %s %% |%s %.2f | %.0f |%n",
                name,
                spread(rows, Trial.Row::perplexity).text(DECIMALS),
                recovered.text(1),
                several ? " " + gain.text(DECIMALS) + " |" : "",
                spread(rows, Trial.Row::megabytes).mean(),
                spread(rows, Trial.Row::seconds).mean());
        above = losses;
    }

    private static Spread spread(List<Trial.Row> rows, ToDoubleFunction<Trial.Row> figure) {
        return Spread.of(rows.stream().mapToDouble(figure));
    }
}
