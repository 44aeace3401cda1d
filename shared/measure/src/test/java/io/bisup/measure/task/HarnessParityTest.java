package io.bisup.measure.task;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.TaskSample;
import io.bisup.data.DatasetFile;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Log-likelihoods and predictions against lm-evaluation-harness 0.4.13, every document of the reference. */
class HarnessParityTest {

    private static final TensorRuntime RUNTIME = TestDevice.runtime();

    @ParameterizedTest
    @CsvSource({"ARC_EASY, arc_easy", "PIQA, piqa", "WINOGRANDE, winogrande"})
    void everyDocumentScoresAsInTheHarness(Task task, String name) throws IOException {
        List<String> expected =
                Files.readAllLines(ReferenceData.path("reference/lm-eval-0.4.13/" + name + ".TinyStories-656K.jsonl"));
        Path file = ReferenceData.path("data/zeroshot/original-fields/" + name + ".validation.jsonl");
        TaskDataset dataset = TaskDataset.read(new DatasetFile(file, name, DatasetFormat.JSONL), task)
                .limited(expected.size());

        List<TaskSample> samples = measure(dataset);

        assertThat(samples).hasSameSizeAs(expected);
        for (TaskSample sample : samples) {
            JsonNode reference = new JsonMapper().readTree(expected.get(sample.docId()));
            assertSame(sample, reference, name + " document " + sample.docId());
        }
    }

    private static void assertSame(TaskSample sample, JsonNode reference, String what) {
        assertThat(reference.path("doc_id").asInt()).isEqualTo(sample.docId());
        for (int i = 0; i < sample.ll().size(); i++) {
            double ll = reference.path("ll").get(i).asDouble();
            double tolerance = RUNTIME.device().isGpu() ? 0.05 * Math.abs(ll) : 1e-4 * Math.abs(ll) + 1e-3;
            assertThat(sample.req().get(i))
                    .as(what)
                    .isEqualTo(reference.path("req").get(i).asText());
            assertThat(sample.ll().get(i)).as(what).isCloseTo(ll, within(tolerance));
            assertThat(sample.greedy().get(i))
                    .as(what)
                    .isEqualTo(reference.path("greedy").get(i).asBoolean());
        }
        assertThat(sample.acc()).as(what).isEqualTo(reference.path("acc").asDouble());
        if (sample.accNorm() != null) {
            assertThat(sample.accNorm())
                    .as(what)
                    .isEqualTo(reference.path("acc_norm").asDouble());
        }
    }

    static List<TaskSample> measure(TaskDataset dataset) {
        try (OpenModel open = ModelFolder.open(ReferenceData.path("data/models/TinyStories-656K"), RUNTIME);
                Tokenizer tokenizer = open.openTokenizer()) {
            return new TaskEvaluation(open.model(), open.prefixIds(), tokenizer)
                    .samples(dataset, TaskRules.DEFAULT, Progress.SILENT);
        }
    }
}
