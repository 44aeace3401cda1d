package io.bisup.bench.methods;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jetbrains.letsPlot.commons.geometry.DoubleVector;
import org.jetbrains.letsPlot.core.util.PlotSvgExportCommon;

/** Perplexity on the first text over stored bits a weight, one point for each line of the page, as SVG. */
final class ResultsChart {

    private static final DoubleVector SIZE = new DoubleVector(960, 560);
    private static final String BITS = "bits";
    private static final String PERPLEXITY = "perplexity";
    private static final String RUN = "run";
    private static final String RECIPE = "recipe";

    /** The library names its elements at random; the same rows shall be the same bytes. */
    private static final Pattern NAME = Pattern.compile("\\bid=\"([A-Za-z0-9_-]+)\"");

    private final Conditions conditions;
    private final List<Line> lines;

    ResultsChart(Conditions conditions, List<Line> lines) {
        this.conditions = conditions;
        this.lines = lines.stream()
                .sorted((a, b) -> a.formats().compareTo(b.formats()))
                .toList();
    }

    /** The SVG document. */
    String svg() {
        String text = conditions.evaluation().getFirst().name();
        Map<String, Object> plot = map(
                "kind",
                "plot",
                "ggtitle",
                map("text", conditions.model().name() + ", " + text),
                "mapping",
                map("x", BITS, "y", PERPLEXITY),
                "data",
                columns(lines),
                "scales",
                list(List.of(
                        map("aesthetic", "x", "name", "stored bits a weight", "expand", list(List.of(0.12, 0.0))),
                        map("aesthetic", "y", "name", PERPLEXITY, "trans", "log10"),
                        map("aesthetic", "color", "name", "inputs, cache"))),
                "layers",
                list(layers()));
        String svg = PlotSvgExportCommon.INSTANCE.buildSvgImageFromRawSpecs(
                plot,
                SIZE,
                (width, height, pixels) -> {
                    throw new IllegalStateException("the chart has no image in it");
                },
                true);
        return named(svg);
    }

    private List<Map<String, Object>> layers() {
        List<Line> front = lines.stream().filter(this::isOnFront).toList();
        double exact = lines.stream().mapToDouble(line -> line.exact(0)).max().orElseThrow();
        return List.of(
                map("geom", "hline", "yintercept", exact, "color", "gray", "linetype", "dashed"),
                map("geom", "line", "data", columns(front), "mapping", map("color", RUN), "alpha", 0.5),
                map("geom", "point", "mapping", map("color", RUN), "size", 4),
                map(
                        "geom",
                        "text",
                        "data",
                        columns(front),
                        "mapping",
                        map("label", RECIPE),
                        "size",
                        6,
                        "hjust",
                        0.0,
                        "vjust",
                        0.0,
                        "nudge_x",
                        0.05));
    }

    /** Whether no line of the same inputs and cache is smaller and better. */
    private boolean isOnFront(Line line) {
        return lines.stream()
                .filter(other -> other.formats().runsAs(line.formats()))
                .noneMatch(other -> other.storedBits() <= line.storedBits()
                        && other.perplexity(0).mean() < line.perplexity(0).mean());
    }

    private static Map<String, Object> columns(List<Line> lines) {
        return map(
                BITS, column(lines, Line::storedBits),
                PERPLEXITY, column(lines, line -> line.perplexity(0).mean()),
                RUN, column(lines, line -> line.formats().run()),
                RECIPE, column(lines, Line::name));
    }

    private static List<Object> column(List<Line> lines, Function<Line, Object> figure) {
        return list(lines.stream().map(figure).toList());
    }

    private static String named(String svg) {
        Map<String, String> names = new LinkedHashMap<>();
        NAME.matcher(svg).results().forEach(found -> names.putIfAbsent(found.group(1), "part" + names.size()));
        String text = svg;
        for (Map.Entry<String, String> name : names.entrySet()) {
            text = text.replace(name.getKey(), name.getValue());
        }
        return text;
    }

    /** The library changes what it is given. */
    private static List<Object> list(List<?> values) {
        return new ArrayList<>(values);
    }

    private static Map<String, Object> map(Object... namesAndValues) {
        Map<String, Object> map = new HashMap<>();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            map.put((String) namesAndValues[i], namesAndValues[i + 1]);
        }
        return map;
    }
}
