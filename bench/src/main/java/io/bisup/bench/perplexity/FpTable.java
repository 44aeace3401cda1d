package io.bisup.bench.perplexity;

import io.bisup.bench.methods.MarkdownTable;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Both programs in a line for each model and number type. */
final class FpTable {

    private final MarkdownTable table = new MarkdownTable(
            List.of(
                    "model",
                    "products",
                    "perplexity here",
                    "there",
                    "relative difference",
                    "s a window here",
                    "there",
                    "ratio",
                    "CPU ratio"),
            2);

    /** @param there null where only this project was measured */
    void add(String model, String type, int windows, FpScore here, @Nullable FpScore there) {
        List<String> cells = new ArrayList<>(List.of(model, type, format("%.4f", here.perplexity())));
        if (there == null) {
            cells.addAll(List.of("", "", format("%.2f", here.seconds() / windows), "", "", ""));
        } else {
            cells.add(format("%.4f", there.perplexity()));
            cells.add(format("%.1e", Math.abs(here.perplexity() / there.perplexity() - 1)));
            cells.add(format("%.2f", here.seconds() / windows));
            cells.add(format("%.2f", there.seconds() / windows));
            cells.add(format("%.2f", there.seconds() / here.seconds()));
            cells.add(format("%.2f", there.cpuSeconds() / here.cpuSeconds()));
        }
        table.add(cells);
    }

    private static String format(String pattern, double value) {
        return String.format(Locale.ROOT, pattern, value);
    }

    @Override
    public String toString() {
        return table.toString();
    }
}
