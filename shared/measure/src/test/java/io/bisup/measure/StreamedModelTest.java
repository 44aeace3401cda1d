package io.bisup.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.DatasetFile;
import io.bisup.data.TextDataset;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.testing.ReferenceData;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.task.TaskEvaluation;
import io.bisup.measure.task.TaskRules;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A model larger than memory is measured block by block, to the same bits. */
class StreamedModelTest {

    private static final Path MODEL = ReferenceData.path("data/models/TinyStories-656K");
    private static final DecoderConfig CONFIG = DecoderConfig.read(MODEL);
    private static final TensorRuntime RUNTIME = TestDevice.runtime();

    @ParameterizedTest
    @EnumSource(names = {"ARC_EASY", "WINOGRANDE"})
    void tasksScoreAlike(Task task) {
        String name = task.id();
        TaskDataset documents = TaskDataset.read(
                        new DatasetFile(
                                ReferenceData.path("data/zeroshot/original-fields/" + name + ".validation.jsonl"),
                                name,
                                DatasetFormat.JSONL),
                        task)
                .limited(30);
        try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            assertAlike(model -> new TaskEvaluation(model, List.of(), tokenizer)
                    .samples(documents, TaskRules.DEFAULT, Progress.SILENT));
        }
    }

    /** The windows go through the blocks in several batches, so that each block is read again. */
    @Test
    void perplexityAndDivergenceAreAlike() {
        TextDataset text = new TextDataset(
                "fox", "0", DatasetFormat.TEXT, List.of("Once upon a time there was a fox in a wood. ".repeat(150)));
        try (Tokenizer tokenizer = Tokenizer.open(MODEL)) {
            assertAlike(model -> losses(new Perplexity(model, List.of(), tokenizer, Clock.systemUTC(), 1 << 16)
                    .measure(text, Protocol.GPTQ, 64, Progress.SILENT)));
            assertAlike(model -> {
                try (Checkpoint checkpoint = Checkpoint.open(MODEL);
                        LanguageModel base = LanguageModel.resident(RUNTIME, CONFIG, checkpoint)) {
                    DivergenceResult found = new Divergence(base, model, List.of(), tokenizer, Clock.systemUTC())
                            .measure(text, Protocol.GPTQ, 64, 0, Progress.SILENT);
                    assertThat(found.sameTop()).isEqualTo(new Estimate(1, 0));
                    return List.of(found.perplexity(), found.kl(), found.klMax());
                }
            });
        }
    }

    private static List<Double> losses(PerplexityResult result) {
        return Objects.requireNonNull(result.windowLosses());
    }

    private static void assertAlike(Function<LanguageModel, Object> measure) {
        try (Checkpoint checkpoint = Checkpoint.open(MODEL);
                LanguageModel resident = LanguageModel.resident(RUNTIME, CONFIG, checkpoint);
                LanguageModel streamed = LanguageModel.streamed(RUNTIME, CONFIG, checkpoint)) {
            assertThat(measure.apply(streamed)).isEqualTo(measure.apply(resident));
        }
    }
}
