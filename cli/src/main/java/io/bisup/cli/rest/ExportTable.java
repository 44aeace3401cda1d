package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The formats of an artifact as a table: each with its newest export, or why there can be none. */
final class ExportTable {

    private static final String ROW = "%-19s %-30s %15s  %s";

    private ExportTable() {}

    static List<String> lines(JsonNode exports) {
        List<String> lines = new ArrayList<>();
        lines.add(String.format(ROW, "FORMAT", "READ BY", "BYTES", "STATE"));
        for (JsonNode format : exports.path("formats")) {
            String name = format.path("format").asText();
            JsonNode newest = null;
            for (JsonNode export : exports.path("items")) {
                newest = export.path("format").asText().equals(name) ? export : newest;
            }
            List<String> readers = new ArrayList<>();
            format.path("readers").forEach(reader -> readers.add(reader.asText()));
            lines.add(String.format(
                    Locale.ROOT,
                    ROW,
                    name,
                    String.join(", ", readers),
                    newest == null
                            ? ""
                            : String.format(
                                    Locale.ROOT, "%,d", newest.path("bytes").asLong()),
                    newest == null ? notMade(format) : ArtifactExports.said(newest)));
        }
        return lines;
    }

    private static String notMade(JsonNode format) {
        List<String> reasons = new ArrayList<>();
        format.path("obstacles")
                .forEach(obstacle -> reasons.add((obstacle.path("pointer").asText() + " "
                                + obstacle.path("reason").asText())
                        .strip()));
        return reasons.isEmpty() ? "not made" : "not possible: " + String.join("; ", reasons);
    }
}
