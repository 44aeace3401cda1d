package io.bisup.measure.task;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.TaskSample;
import io.bisup.data.DatasetFile;
import io.bisup.data.task.Request;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Progress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Documents whose answers are known are not scored again. */
class KnownAnswersTest {

    /** In memory. */
    private static final class Kept implements Answers {
        private final Map<Request, Scored> known = new HashMap<>();
        private int added;

        @Override
        public Optional<Scored> of(Request request) {
            return Optional.ofNullable(known.get(request));
        }

        @Override
        public void add(List<Answer> found) {
            found.forEach(answer -> known.put(answer.request(), answer.scored()));
            added += found.size();
        }
    }

    @Test
    void onlyWhatIsUnknownIsScoredAndTheSamplesAreThoseOfAll() {
        TaskDataset all = TaskDataset.read(
                new DatasetFile(ReferenceData.path("data/zeroshot/piqa.validation.jsonl"), "piqa", DatasetFormat.JSONL),
                Task.named("piqa").orElseThrow());
        Kept kept = new Kept();
        List<Integer> told = new ArrayList<>();
        try (OpenModel open =
                        ModelFolder.open(ReferenceData.path("data/models/TinyStories-656K"), TestDevice.runtime());
                Tokenizer tokenizer = open.openTokenizer()) {
            TaskEvaluation evaluation = new TaskEvaluation(open.model(), List.of(), tokenizer);
            List<TaskSample> first = evaluation.samples(all.limited(30), TaskRules.DEFAULT, kept, Progress.SILENT);
            assertThat(kept.added).isEqualTo(60);

            List<TaskSample> both =
                    evaluation.samples(all.limited(50), TaskRules.DEFAULT, kept, (done, of) -> told.add(done));

            assertThat(kept.added).as("requests that were scored").isEqualTo(100);
            assertThat(told).startsWith(30).endsWith(50).isSorted();
            assertThat(both).hasSize(50).startsWith(first.toArray(TaskSample[]::new));
            List<TaskSample> fresh = evaluation.samples(all.limited(50), TaskRules.DEFAULT, Progress.SILENT);
            for (int i = 0; i < 50; i++) {
                assertThat(both.get(i).ll().getFirst())
                        .isCloseTo(fresh.get(i).ll().getFirst(), org.assertj.core.api.Assertions.within(1e-3));
            }
        }
    }
}
