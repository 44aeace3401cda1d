package io.bisup.bench.methods;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Measures the rows that are missing, one process each, and writes the file after each: who is stopped goes on. */
final class Measuring {

    /** How a row comes to be. */
    @FunctionalInterface
    interface Rows {
        /** Nothing where it failed. */
        Optional<RowOutcome> measure(PlannedRow row, Results known) throws IOException, InterruptedException;
    }

    private final ResultsFolder folder;
    private final Rows rows;
    private final PrintWriter out;
    private final InstantSource clock;

    /** @param out is told of each row */
    Measuring(ResultsFolder folder, Rows rows, PrintWriter out, InstantSource clock) {
        this.folder = folder;
        this.rows = rows;
        this.out = out;
        this.clock = clock;
    }

    /**
     * Measures what is missing.
     *
     * @param anyCode whether a row of another version of the code counts as there
     * @return recipes whose rows failed
     */
    List<String> run(List<PlannedRow> planned, boolean anyCode) throws IOException, InterruptedException {
        List<String> failed = new ArrayList<>();
        for (int i = 0; i < planned.size(); i++) {
            RowKey key = planned.get(i).key();
            String title = "[%d/%d] %s, %s"
                    .formatted(i + 1, planned.size(), key.model().name(), name(key));
            Results results = folder.read();
            if (results.has(key, anyCode)) {
                say(title + ": kept");
            } else if (!measure(planned.get(i), results, title)) {
                failed.add(title);
            }
        }
        return failed;
    }

    private boolean measure(PlannedRow row, Results results, String title) throws IOException, InterruptedException {
        var started = clock.instant();
        Optional<RowOutcome> outcome = rows.measure(row, results);
        String took = Duration.between(started, clock.instant()).toSeconds() + " s";
        if (outcome.isEmpty()) {
            say(title + ": failed after " + took + ", its message stands above");
            return false;
        }
        folder.write(folder.read().with(outcome.get()));
        Score first = outcome.get().row().scores().getFirst();
        say(title + ": %.3f of FP %.3f on %s, %s".formatted(first.perplexity(), first.exact(), first.text(), took));
        return true;
    }

    private static String name(RowKey key) {
        return key.recipe().name() + " on " + key.calibration().name() + ", seed "
                + key.recipe().calibration().seed();
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }

    /** One process for each row. */
    static Rows processes(String main, Path work) {
        RowProcess process = new RowProcess(main);
        return (row, known) -> process.run(row, known, work);
    }
}
