package io.bisup.bench.methods;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The page in ten lines: of the first model, the reference of each set of number formats and the best row beside it. */
final class ReadmeTable {

    private static final String BEGIN = "<!-- results: written by ./bisup bench methods -->\n";
    private static final String END = "<!-- end of results -->\n";

    private final Conditions conditions;
    private final List<Line> lines;
    private final Comparison comparison;

    ReadmeTable(Conditions conditions, List<Line> lines) {
        this.conditions = conditions;
        this.lines = List.copyOf(lines);
        this.comparison = new Comparison(lines);
    }

    /** Puts the table of the first conditions between the marks of a file; a file without marks, or no rows, is left alone. */
    static void refresh(Path readme, Results results) throws IOException {
        String text = Files.readString(readme);
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin || results.rows().isEmpty()) {
            return;
        }
        Map.Entry<Conditions, List<Line>> first =
                ResultsPage.sections(results).entrySet().iterator().next();
        ResultsFolder.replace(
                readme,
                text.substring(0, begin + BEGIN.length())
                        + new ReadmeTable(first.getKey(), first.getValue())
                        + text.substring(end));
    }

    @Override
    public String toString() {
        String name = conditions.evaluation().getFirst().name();
        MarkdownTable table = new MarkdownTable(
                List.of("bits", "recipe", "perplexity", "loss, nats", "recovered", "bits a weight", "MB"), 2);
        for (NumberFormats formats :
                lines.stream().map(Line::formats).distinct().sorted().toList()) {
            chosen(formats).forEach(line -> table.add(cells(line)));
        }
        return String.format(
                Locale.ROOT,
                "%s, perplexity on %s in windows of %d tokens, FP %.3f in %.1f MB:%n%n%s",
                conditions.model().name(),
                name,
                conditions.window(),
                lines.getFirst().exact(0),
                conditions.model().bytes() / 1e6,
                table);
    }

    private List<Line> chosen(NumberFormats formats) {
        List<Line> same =
                lines.stream().filter(line -> line.formats().equals(formats)).toList();
        Optional<Line> reference = comparison.reference(same.getFirst());
        List<Line> chosen = new ArrayList<>(reference.stream().toList());
        same.stream()
                .filter(line -> !line.isReference() && reference.isPresent())
                .min(Comparator.comparingDouble(line -> line.loss(0).mean()))
                .ifPresent(chosen::add);
        return chosen.size() < 2 ? List.of() : chosen;
    }

    private List<String> cells(Line line) {
        String recovered = comparison.recovered(line, 0).stream()
                .mapToObj(share -> String.format(Locale.ROOT, "%.0f %%", 100 * share))
                .findFirst()
                .orElse("");
        return List.of(
                line.formats().toString(),
                "`" + line.name() + "`",
                line.perplexity(0).text(3),
                line.loss(0).text(4),
                recovered,
                String.format(Locale.ROOT, "%.2f", line.storedBits()),
                String.format(Locale.ROOT, "%.1f", line.bytes() / 1e6));
    }
}
