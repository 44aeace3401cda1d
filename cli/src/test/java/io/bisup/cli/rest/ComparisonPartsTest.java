package io.bisup.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A comparison in parts is the comparison of all at once. */
class ComparisonPartsTest {

    private final List<Integer> asked = new ArrayList<>();

    @ParameterizedTest
    @CsvSource({"2, false", "32, false", "33, false", "63, true", "64, true", "100, false", "100, true"})
    void partsMakeTheWhole(int subjects, boolean baseline) {
        List<String> ids = IntStream.range(0, subjects).mapToObj(i -> "s" + i).toList();
        Function<List<String>, JsonNode> service = some -> {
            asked.add(some.size());
            return answer(some, baseline);
        };

        assertThat(new ComparisonParts(service).of(ids)).isEqualTo(answer(ids, baseline));
        assertThat(asked).allMatch(size -> size <= ComparisonParts.AT_ONCE);
    }

    /** As the service answers: every third subject was not scored on the second task, which it says. */
    private static JsonNode answer(List<String> ids, boolean baseline) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        answer.set("reference", subject(ids.getFirst(), baseline));
        List<ObjectNode> subjects = Stream.concat(
                        baseline ? Stream.of(subject(ids.getFirst(), true)) : Stream.empty(),
                        ids.stream().map(id -> subject(id, false)))
                .toList();
        ArrayNode tasks = answer.putArray("tasks");
        tasks.addObject().put("task", "piqa").set("subjects", measured(subjects, 1));
        tasks.addObject().put("task", "boolq").set("subjects", measured(subjects, 3));
        answer.putArray("perplexities").addObject().put("window", 64).set("subjects", measured(subjects, 1));
        ArrayNode left = answer.putArray("left");
        subjects.stream()
                .filter(one -> !scored(one, 3))
                .forEach(one -> left.addObject().put("score", "boolq").set("subject", one));
        return answer;
    }

    private static ArrayNode measured(List<ObjectNode> subjects, int every) {
        ArrayNode measured = JsonNodeFactory.instance.arrayNode();
        subjects.stream()
                .filter(one -> scored(one, every))
                .forEach(
                        one -> measured.addObject().put("ratio", one.hashCode()).set("subject", one));
        return measured;
    }

    private static boolean scored(ObjectNode subject, int every) {
        return Integer.parseInt(subject.path("id").asText().substring(1)) % every == 0;
    }

    private static ObjectNode subject(String id, boolean baseline) {
        return JsonNodeFactory.instance.objectNode().put("id", id).put("baseline", baseline);
    }
}
