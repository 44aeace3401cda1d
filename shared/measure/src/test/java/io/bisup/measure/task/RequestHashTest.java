package io.bisup.measure.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.Estimate;
import io.bisup.contract.TaskSample;
import io.bisup.data.DatasetFile;
import io.bisup.data.task.Metric;
import io.bisup.data.task.Request;
import io.bisup.data.task.Scores;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.data.task.TaskDocument;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.PythonRandom;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The harness's own stability test: the digest of all requests of a task as Python's {@code json.dumps} writes them, and the
 * metrics that random log-likelihoods give.
 */
class RequestHashTest {

    @ParameterizedTest
    @CsvSource({
        "ARC_EASY, arc_easy.test, arc_easy-v0, 2376",
        "ARC_CHALLENGE, arc_challenge.test, arc_challenge-v0, 1172",
        "BOOLQ, boolq.validation, boolq-v1, 3270",
        "LAMBADA_OPENAI, lambada_openai.test, lambada_openai-v0, 5153",
        "OPENBOOKQA, openbookqa.test, openbookqa-v0, 500",
        "PIQA, piqa.validation, piqa-v0, 1838",
        "WINOGRANDE, winogrande.validation, winogrande-v0, 1267"
    })
    void requestsAndMetricsAreThePublishedOnes(Task task, String file, String published, int documents)
            throws IOException {
        List<TaskDocument> shuffled = shuffled(task, file);
        List<Request> requests = shuffled.stream()
                .flatMap(d -> asked(task, d.requests()).stream())
                .toList();

        assertThat(shuffled).hasSize(documents);
        assertThat(Digests.sha256(pythonJson(requests)))
                .isEqualTo(conformance(published + "-loglikelihood").strip());
        assertMetrics(task, shuffled, published);
    }

    /**
     * The rows at hand were made ready before and differ in the white space of 6 % of them from what the harness asks, so that the
     * digest of their requests cannot be the published one; the metrics do not mind.
     */
    @Test
    void metricsOfHellaSwagAreThePublishedOnes() throws IOException {
        List<TaskDocument> shuffled = shuffled(Task.HELLASWAG, "hellaswag.validation");

        assertThat(shuffled).hasSize(10_042);
        assertMetrics(Task.HELLASWAG, shuffled, "hellaswag-v0");
    }

    /** The dummy model answers each request with {@code (-random.random(), False)} after {@code random.seed(42)}. */
    private static void assertMetrics(Task task, List<TaskDocument> documents, String published) throws IOException {
        JsonNode expected = new JsonMapper()
                .readTree(conformance(published + "-res.json"))
                .path("results")
                .elements()
                .next();
        PythonRandom random = new PythonRandom(42);
        List<TaskSample> samples = new ArrayList<>();
        for (TaskDocument document : documents) {
            List<Scored> scores = asked(task, document.requests()).stream()
                    .map(request -> new Scored(-random.random(), false))
                    .toList();
            samples.add(TaskEvaluation.sample(document, choices(task, scores), task.metrics()));
        }
        for (Metric metric : task.metrics()) {
            String name = metric == Metric.PERPLEXITY ? "ppl" : metric.id();
            Estimate score = Scores.of(samples, metric);
            assertThat(score.value()).as(name).isCloseTo(expected.path(name).asDouble(), within(1e-12));
            double tolerance = metric == Metric.PERPLEXITY ? 1e-3 : 1e-12; // that of the perplexity was resampled
            assertThat(score.stderr())
                    .as(name)
                    .isCloseTo(expected.path(name + "_stderr").asDouble(), within(tolerance));
        }
    }

    /** That release asked BoolQ's "yes" before its "no" and LAMBADA's continuations twice; all else in the choices' order. */
    private static List<Request> asked(Task task, List<Request> choices) {
        return switch (task) {
            case BOOLQ -> choices.reversed();
            case LAMBADA_OPENAI -> List.of(choices.getFirst(), choices.getFirst());
            case ARC_EASY, ARC_CHALLENGE, HELLASWAG, MMLU, OPENBOOKQA, PIQA, WINOGRANDE -> choices;
        };
    }

    /** The answers in the order of the choices. */
    private static List<Scored> choices(Task task, List<Scored> answers) {
        return switch (task) {
            case BOOLQ -> answers.reversed();
            case LAMBADA_OPENAI -> answers.subList(0, 1);
            case ARC_EASY, ARC_CHALLENGE, HELLASWAG, MMLU, OPENBOOKQA, PIQA, WINOGRANDE -> answers;
        };
    }

    /** In the order of {@code random.Random(42).shuffle}, as that release did. */
    private static List<TaskDocument> shuffled(Task task, String file) {
        DatasetFile rows =
                new DatasetFile(ReferenceData.path("data/zeroshot/" + file + ".jsonl"), file, DatasetFormat.JSONL);
        List<TaskDocument> documents =
                new ArrayList<>(TaskDataset.read(rows, task).documents());
        PythonRandom random = new PythonRandom(42);
        for (int i = documents.size() - 1; i > 0; i--) {
            Collections.swap(documents, i, (int) random.randint(0, i));
        }
        return documents;
    }

    private static String conformance(String name) throws IOException {
        return Files.readString(ReferenceData.path("data/conformance/lm-eval/" + name));
    }

    /** {@code json.dumps} of a list of pairs: ASCII only, a space after commas. */
    private static String pythonJson(List<Request> requests) {
        StringBuilder json = new StringBuilder("[");
        for (Request request : requests) {
            json.append(json.length() == 1 ? "[" : ", [");
            quote(json, request.context());
            json.append(", ");
            quote(json, request.continuation());
            json.append(']');
        }
        return json.append(']').toString();
    }

    private static void quote(StringBuilder json, String text) {
        json.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            switch (c) {
                case '"' -> json.append("\\\"");
                case '\\' -> json.append("\\\\");
                case '\n' -> json.append("\\n");
                case '\r' -> json.append("\\r");
                case '\t' -> json.append("\\t");
                case '\f' -> json.append("\\f");
                case '\b' -> json.append("\\b");
                default -> {
                    if (c < ' ' || c > '~') {
                        json.append(String.format("\\u%04x", (int) c));
                    } else {
                        json.append(c);
                    }
                }
            }
        }
        json.append('"');
    }
}
