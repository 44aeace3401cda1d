package io.bisup.api.artifact;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Score;
import io.bisup.contract.TaskSample;
import io.bisup.contract.TaskScore;
import io.bisup.platform.object.ObjectStore;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The documents' scores of one task of an evaluation, a page at a time. */
public final class EvaluationSamples {

    private final ObjectStore objects;

    EvaluationSamples(ObjectStore objects) {
        this.objects = objects;
    }

    /**
     * A page.
     *
     * @param items documents in the data set's order
     * @param offset the first one's place
     * @param total documents scored
     * @param nextOffset where the next page begins; null on the last
     */
    public record SamplePage(
            List<JsonNode> items,
            int offset,
            int total,
            @Nullable Integer nextOffset) {}

    SamplePage page(List<Score> scores, int evaluation, boolean baseline, int offset, int size) {
        if (evaluation < scores.size() && scores.get(evaluation) instanceof TaskScore task) {
            ObjectEntry entry = baseline ? task.baselineSamples() : task.samples();
            if (entry != null) {
                return page(entry, offset, size);
            }
        }
        throw new ProblemException(
                ProblemKind.NOT_FOUND,
                "evaluation " + evaluation + " has no samples" + (baseline ? " of a baseline" : "")
                        + "; samples belong to tasks, once the evaluation has succeeded");
    }

    /** All of a task's documents. */
    List<TaskSample> all(ObjectEntry entry) {
        return lines(entry).stream()
                .map(line -> Json.mapper().convertValue(parsed(line), TaskSample.class))
                .toList();
    }

    private SamplePage page(ObjectEntry entry, int offset, int size) {
        List<String> lines = lines(entry);
        int first = Math.min(offset, lines.size());
        int end = Math.min(first + size, lines.size());
        List<JsonNode> items = lines.subList(first, end).stream()
                .map(EvaluationSamples::parsed)
                .toList();
        return new SamplePage(items, first, lines.size(), end < lines.size() ? end : null);
    }

    private List<String> lines(ObjectEntry entry) {
        return new String(objects.get(entry), StandardCharsets.UTF_8).lines().toList();
    }

    private static JsonNode parsed(String line) {
        try {
            return Json.mapper().readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("stored samples cannot be read", e);
        }
    }
}
