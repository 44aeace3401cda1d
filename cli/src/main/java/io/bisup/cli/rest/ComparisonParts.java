package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/**
 * A comparison of more subjects than the service compares at once: in parts, each with the first subject, whose answers are
 * joined.
 */
final class ComparisonParts {

    /** What the service takes. */
    static final int AT_ONCE = 32;

    private static final List<String> MEASURED = List.of("tasks", "perplexities");

    private final Function<List<String>, JsonNode> compare;

    /** @param compare asks the service, of at most {@value #AT_ONCE} ids */
    ComparisonParts(Function<List<String>, JsonNode> compare) {
        this.compare = compare;
    }

    /** The answer for any number of ids, as the service would give it. */
    JsonNode of(List<String> ids) {
        JsonNode whole = compare.apply(ids.subList(0, Math.min(AT_ONCE, ids.size())));
        for (int first = AT_ONCE; first < ids.size(); first += AT_ONCE - 1) {
            List<String> part = new ArrayList<>(ids.subList(0, 1));
            part.addAll(ids.subList(first, Math.min(first + AT_ONCE - 1, ids.size())));
            join(whole, compare.apply(part), ids.getFirst());
        }
        return whole;
    }

    /** Every part measures the same tasks and texts: those of the reference, which is the first subject or its FP model. */
    private static void join(JsonNode whole, JsonNode part, String first) {
        for (String kind : MEASURED) {
            for (int i = 0; i < whole.path(kind).size(); i++) {
                ArrayNode subjects = (ArrayNode) whole.path(kind).path(i).path("subjects");
                part.path(kind)
                        .path(i)
                        .path("subjects")
                        .valueStream()
                        .filter(subject ->
                                !subject.path("subject").path("id").asText().equals(first))
                        .forEach(subjects::add);
            }
        }
        Set<JsonNode> left = new LinkedHashSet<>();
        whole.path("left").forEach(left::add);
        part.path("left").forEach(left::add);
        ((ObjectNode) whole).putArray("left").addAll(left);
    }
}
