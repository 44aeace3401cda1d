package io.bisup.bench.methods;

import io.bisup.contract.recipe.Need;
import io.bisup.contract.recipe.Recipe;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A line of the page: the rows of one question, which differ by their seeds.
 *
 * @param rows one for each seed; never empty
 */
record Line(List<ResultRow> rows) {

    private static final String UNCALIBRATED = "–";

    Line {
        rows = List.copyOf(rows);
    }

    /** The lines of rows, in the order of the rows. */
    static List<Line> of(List<ResultRow> rows) {
        Map<RowKey, List<ResultRow>> byQuestion = rows.stream()
                .collect(
                        Collectors.groupingBy(row -> row.key().withoutSeed(), LinkedHashMap::new, Collectors.toList()));
        return byQuestion.values().stream().map(Line::new).toList();
    }

    Recipe recipe() {
        return rows.getFirst().key().recipe();
    }

    String name() {
        return recipe().name();
    }

    NumberFormats formats() {
        return NumberFormats.of(recipe().precision());
    }

    /** Name of the text that the recipe read, or a dash. */
    String calibration() {
        return Need.of(recipe()).contains(Need.CALIBRATION)
                ? rows.getFirst().key().calibration().name()
                : UNCALIBRATED;
    }

    /** Whether nothing was learnt by gradients. */
    boolean untrained() {
        return recipe().learning() == null;
    }

    /** Whether recovered loss may be counted from it: rounding alone, its ranges searched. */
    boolean isReference() {
        return name().startsWith("rtn-search-");
    }

    /** Scores on tasks of the first seed that has them. */
    List<TaskScore> tasks() {
        return rows.stream()
                .map(ResultRow::tasks)
                .filter(tasks -> !tasks.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    Spread perplexity(int text) {
        return score(text, Score::perplexity);
    }

    /** What was lost on a text, in nats a token, each seed against the FP model behind its own prefix. */
    Spread loss(int text) {
        return score(text, Score::loss);
    }

    double exact(int text) {
        return score(text, Score::exact).mean();
    }

    /** Mean divergence on the first text, where it was measured. */
    OptionalDouble kl() {
        return optional(Score::kl);
    }

    /** Share of positions on the first text where both models' most probable token is the same. */
    OptionalDouble sameTop() {
        return optional(Score::sameTop);
    }

    double storedBits() {
        return mean(ResultRow::storedBits);
    }

    double formulaBits() {
        return mean(ResultRow::formulaBits);
    }

    double bytes() {
        return mean(ResultRow::bytes);
    }

    double seconds() {
        return mean(ResultRow::seconds);
    }

    /** Of the seed that took most. */
    long peakBytes() {
        return rows.stream().mapToLong(ResultRow::peakBytes).max().orElse(0);
    }

    private double mean(ToDoubleFunction<ResultRow> figure) {
        return rows.stream().mapToDouble(figure).average().orElseThrow();
    }

    private OptionalDouble optional(Function<Score, @Nullable Double> figure) {
        return rows.stream()
                .map(row -> figure.apply(row.scores().getFirst()))
                .filter(Objects::nonNull)
                .mapToDouble(value -> value)
                .average();
    }

    private Spread score(int text, ToDoubleFunction<Score> figure) {
        return Spread.of(rows.stream().map(row -> row.scores().get(text)).mapToDouble(figure));
    }
}
