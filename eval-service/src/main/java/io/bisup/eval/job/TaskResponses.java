package io.bisup.eval.job;

import com.fasterxml.jackson.databind.ObjectReader;
import io.bisup.contract.BosRule;
import io.bisup.contract.Harness;
import io.bisup.contract.Json;
import io.bisup.contract.LmEvalReport;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskSample;
import io.bisup.contract.TaskSpec;
import io.bisup.data.DatasetException;
import io.bisup.data.DatasetFile;
import io.bisup.data.task.Task;
import io.bisup.data.task.TaskDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.CodeVersion;
import io.bisup.measure.PrefixRule;
import io.bisup.measure.task.TaskEvaluation;
import io.bisup.measure.task.TaskRules;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** A model's scores on tasks, kept in the object store; so are its answers to single requests, see {@link StoredAnswers}. */
final class TaskResponses {

    private static final String SAMPLES = "samples.jsonl";
    private static final String RESULT = "result.json";
    private static final String REPORT = "lm-eval.json";
    private static final ObjectReader SAMPLE = Json.mapper().readerFor(TaskSample.class);

    private final ObjectStore objects;
    private final KeptResults kept;
    private final Clock clock;

    TaskResponses(ObjectStore objects, Clock clock) {
        this.objects = objects;
        this.kept = new KeptResults(objects);
        this.clock = clock;
    }

    /**
     * What one task gave; it is stored last, so that who finds it finds the samples.
     *
     * @param result the metrics and their protocol
     * @param samples where the documents' scores lie, one JSON object a line; beside it lies the report of
     *     lm-evaluation-harness's form
     */
    record Responses(TaskResult result, ObjectEntry samples) {}

    /** All that an answer depends on but its request. */
    private record AnswersKey(
            String modelDigest,
            String prefixSha256,
            String task,
            Harness harness,
            BosRule bos,
            String dtype,
            String codeVersion) {}

    /** All that the scores of a task depend on. */
    private record Key(
            String modelDigest,
            String prefixSha256,
            String datasetSha256,
            String task,
            @Nullable Integer limit,
            @Nullable String examplesSha256,
            int shots,
            Harness harness,
            BosRule bos,
            String dtype,
            String codeVersion) {}

    /** The scores of a model, found or computed. */
    Responses of(
            TaskSpec spec,
            EvaluationFiles.Fetched fetched,
            String modelDigest,
            List<Long> prefix,
            LazyModel model,
            String what,
            Step step)
            throws IOException {
        TaskSpec.Examples examples = spec.examples();
        String dtype = model.runtime().compute().toString();
        String prefixSha256 = PrefixRule.sha256(prefix);
        Key key = new Key(
                modelDigest,
                prefixSha256,
                fetched.dataset(spec.dataset()).sha256(),
                spec.task(),
                spec.limit(),
                examples == null ? null : fetched.dataset(examples.dataset()).sha256(),
                examples == null ? 0 : examples.shots(),
                spec.harness(),
                spec.bos(),
                dtype,
                CodeVersion.CURRENT);
        return kept.of(key, RESULT, Responses.class, step.patience(), digest -> {
            AnswersKey answers = new AnswersKey(
                    modelDigest, prefixSha256, spec.task(), spec.harness(), spec.bos(), dtype, CodeVersion.CURRENT);
            StoredAnswers known = new StoredAnswers(objects, answers, step.patience(), clock);
            TaskEvaluation.Outcome outcome = measure(spec, fetched, model.get(), known, what, step);
            known.write();
            return store(outcome, digest, step.patience());
        });
    }

    private TaskEvaluation.Outcome measure(
            TaskSpec spec,
            EvaluationFiles.Fetched fetched,
            OpenModel model,
            StoredAnswers known,
            String what,
            Step step) {
        TaskDataset documents = documents(spec, fetched);
        try (Tokenizer tokenizer = model.openTokenizer()) {
            return new TaskEvaluation(model.model(), model.prefixIds(), tokenizer)
                    .measure(
                            documents,
                            new TaskRules(spec.harness(), spec.bos(), null),
                            known,
                            clock,
                            (done, of) -> step.at(spec.task() + ", " + what, done, of));
        }
    }

    private Responses store(TaskEvaluation.Outcome outcome, String digest, Patience patience) throws IOException {
        byte[] lines = outcome.samples().stream()
                .map(Json::write)
                .collect(Collectors.joining("\n", "", "\n"))
                .getBytes(StandardCharsets.UTF_8);
        ObjectEntry samples = patience.ask(() -> objects.put(ObjectKeys.responses(digest, SAMPLES), lines));
        byte[] report = Json.write(LmEvalReport.of(List.of(outcome.result()))).getBytes(StandardCharsets.UTF_8);
        patience.tell(() -> objects.put(ObjectKeys.responses(digest, REPORT), report));
        return new Responses(outcome.result(), samples);
    }

    private static TaskDataset documents(TaskSpec spec, EvaluationFiles.Fetched fetched) {
        Task task = Task.named(spec.task())
                .orElseThrow(() -> DatasetException.unsuitable(
                        spec.dataset(),
                        "there is no task " + spec.task(),
                        "use one of " + String.join(", ", Task.names())));
        DatasetFile file = fetched.dataset(spec.dataset()).file();
        TaskSpec.Examples examples = spec.examples();
        TaskDataset all = examples == null
                ? TaskDataset.read(file, task)
                : TaskDataset.read(
                        file, task, fetched.dataset(examples.dataset()).file(), examples.shots());
        return spec.limit() == null ? all : all.limited(spec.limit());
    }

    /** The documents' scores. */
    List<TaskSample> samples(Responses responses, Patience patience) throws IOException {
        String lines = new String(patience.ask(() -> objects.get(responses.samples())), StandardCharsets.UTF_8);
        List<TaskSample> samples = new ArrayList<>();
        for (String line : lines.lines().toList()) {
            samples.add(SAMPLE.readValue(line));
        }
        return samples;
    }
}
