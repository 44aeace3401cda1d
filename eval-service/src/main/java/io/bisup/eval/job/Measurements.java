package io.bisup.eval.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.DivergenceScore;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.Score;
import io.bisup.contract.TaskSample;
import io.bisup.contract.TaskScore;
import io.bisup.contract.TaskSpec;
import io.bisup.data.task.PairedScores;
import io.bisup.data.task.Task;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.object.ObjectStore;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Measures the artifact, then the FP model behind the same prefix under the same protocols, then both together where their
 * divergence or the propagation of the error is asked for. What was measured before is not measured again, and when all of the FP
 * model's was, it is not even fetched.
 */
final class Measurements {

    private static final String SUBJECT = "artifact";
    private static final String BASELINE = "FP model";

    private final TensorRuntime runtime;
    private final EvaluationFiles files;
    private final TextMeasurements texts;
    private final TaskResponses responses;
    private final ErrorMaps maps;

    Measurements(
            TensorRuntime runtime, EvaluationFiles files, EvaluationStore store, ObjectStore objects, Clock clock) {
        this.runtime = runtime;
        this.files = files;
        this.texts = new TextMeasurements(store, objects, clock);
        this.responses = new TaskResponses(objects, clock);
        this.maps = new ErrorMaps(objects, clock);
    }

    /** What one model gave: exactly one of the two, or none where both models are measured together. */
    private sealed interface Found {
        record Text(PerplexityResult result) implements Found {}

        record Answers(TaskResponses.Responses answers) implements Found {}

        record Nothing() implements Found {}
    }

    /**
     * Measures everything the work asks for, in its order.
     *
     * @param step called between steps; throws to stop
     */
    List<Score> of(EvaluationWork work, Step step) throws IOException {
        EvaluationFiles.Fetched fetched = files.fetch(work, step.patience());
        step.at("fetch", 1, 1);
        ArtifactManifest artifact = work.artifact();
        return artifact == null ? ofModel(work, fetched, step) : ofArtifact(work, artifact, fetched, step);
    }

    private List<Score> ofModel(EvaluationWork work, EvaluationFiles.Fetched fetched, Step step) throws IOException {
        try (LazyModel model = new LazyModel(runtime, () -> files.fetchModel(work, step.patience()), List.of())) {
            List<Score> scores = new ArrayList<>();
            for (EvaluationSpec spec : work.evaluations()) {
                Found found = baseline(spec, work, List.of(), fetched, model, step);
                scores.add(
                        switch (found) {
                            case Found.Text text -> new Measurement(text.result(), text.result());
                            case Found.Answers a ->
                                new TaskScore(
                                        a.answers().result(),
                                        null,
                                        Map.of(),
                                        a.answers().samples(),
                                        null);
                            case Found.Nothing none ->
                                throw new IllegalStateException("a model is not compared with itself");
                        });
            }
            return scores;
        }
    }

    private List<Score> ofArtifact(
            EvaluationWork work, ArtifactManifest artifact, EvaluationFiles.Fetched fetched, Step step)
            throws IOException {
        ArtifactTokenizer.requireOf(work.model(), artifact);
        List<Found> quantized = new ArrayList<>();
        List<Long> prefix;
        try (LazyModel subject = new LazyModel(runtime, fetched::subject, List.of())) {
            prefix = subject.get().prefixIds();
            for (EvaluationSpec spec : work.evaluations()) {
                quantized.add(quantized(spec, artifact.digest(), fetched, subject, step));
            }
        }
        List<Score> scores = new ArrayList<>();
        try (LazyModel subject = new LazyModel(runtime, fetched::subject, List.of());
                LazyModel model = new LazyModel(runtime, () -> files.fetchModel(work, step.patience()), prefix)) {
            ModelPair models = new ModelPair(work.model().digest(), artifact.digest(), model, subject);
            for (int i = 0; i < quantized.size(); i++) {
                EvaluationSpec spec = work.evaluations().get(i);
                Found baseline = baseline(spec, work, prefix, fetched, model, step);
                scores.add(
                        switch (spec) {
                            case PerplexitySpec perplexity -> new Measurement(text(quantized.get(i)), text(baseline));
                            case TaskSpec task -> compared(task, answers(quantized.get(i)), answers(baseline), step);
                            case DivergenceSpec divergence ->
                                new DivergenceScore(
                                        texts.divergence(divergence, fetched.dataset(spec.dataset()), models, step));
                            case PropagationSpec propagation ->
                                maps.of(propagation, fetched.dataset(spec.dataset()), models, step);
                        });
            }
        }
        return scores;
    }

    private Found quantized(
            EvaluationSpec spec, String digest, EvaluationFiles.Fetched fetched, LazyModel subject, Step step)
            throws IOException {
        return switch (spec) {
            case PerplexitySpec text ->
                new Found.Text(texts.perplexity(
                        text,
                        fetched.dataset(spec.dataset()),
                        digest,
                        subject.get().prefixIds(),
                        subject,
                        SUBJECT,
                        step));
            case TaskSpec task ->
                new Found.Answers(
                        responses.of(task, fetched, digest, subject.get().prefixIds(), subject, SUBJECT, step));
            case DivergenceSpec later -> new Found.Nothing();
            case PropagationSpec later -> new Found.Nothing();
        };
    }

    private Found baseline(
            EvaluationSpec spec,
            EvaluationWork work,
            List<Long> prefix,
            EvaluationFiles.Fetched fetched,
            LazyModel model,
            Step step)
            throws IOException {
        String digest = work.model().digest();
        return switch (spec) {
            case PerplexitySpec text ->
                new Found.Text(
                        texts.perplexity(text, fetched.dataset(spec.dataset()), digest, prefix, model, BASELINE, step));
            case TaskSpec task -> new Found.Answers(responses.of(task, fetched, digest, prefix, model, BASELINE, step));
            case DivergenceSpec later -> new Found.Nothing();
            case PropagationSpec later -> new Found.Nothing();
        };
    }

    private TaskScore compared(
            TaskSpec spec, TaskResponses.Responses quantized, TaskResponses.Responses baseline, Step step)
            throws IOException {
        List<TaskSample> ours = responses.samples(quantized, step.patience());
        List<TaskSample> theirs = responses.samples(baseline, step.patience());
        Task task = Task.named(spec.task()).orElseThrow();
        return new TaskScore(
                quantized.result(),
                baseline.result(),
                PairedScores.of(task, ours, theirs).differences(),
                quantized.samples(),
                baseline.samples());
    }

    private static PerplexityResult text(Found found) {
        if (found instanceof Found.Text text) {
            return text.result();
        }
        throw new IllegalStateException("not a perplexity: " + found);
    }

    private static TaskResponses.Responses answers(Found found) {
        if (found instanceof Found.Answers a) {
            return a.answers();
        }
        throw new IllegalStateException("not answers: " + found);
    }
}
