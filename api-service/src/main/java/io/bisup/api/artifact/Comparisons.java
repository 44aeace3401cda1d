package io.bisup.api.artifact;

import io.bisup.api.artifact.ComparisonView.ByPerplexity;
import io.bisup.api.artifact.ComparisonView.ByTask;
import io.bisup.api.artifact.ComparisonView.Left;
import io.bisup.api.artifact.ComparisonView.PerplexitySubject;
import io.bisup.api.artifact.ComparisonView.Subject;
import io.bisup.api.artifact.ComparisonView.TaskSubject;
import io.bisup.contract.Measurement;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.Score;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskSample;
import io.bisup.contract.TaskScore;
import io.bisup.data.task.PairedScores;
import io.bisup.data.task.Task;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Compares subjects' scores with those of one of them: tasks document by document, perplexities by their ratio. */
final class Comparisons {

    /** What was found on a task, and where its documents lie. */
    private record Scored(TaskResult result, ObjectEntry samples) {
        /** Of the FP model, where it is asked for; a subject that has none beside it is that model. */
        static Scored of(TaskScore score, boolean baseline) {
            TaskResult exact = score.baseline();
            ObjectEntry exactSamples = score.baselineSamples();
            return baseline && exact != null && exactSamples != null
                    ? new Scored(exact, exactSamples)
                    : new Scored(score.quantized(), score.samples());
        }

        boolean sameQuestion(Scored other) {
            return result.task().equals(other.result.task())
                    && result.datasetSha256().equals(other.result.datasetSha256())
                    && result.shots() == other.result.shots()
                    && result.harness() == other.result.harness()
                    && result.bosRule() == other.result.bosRule();
        }

        String name() {
            return result.task() + " on " + result.dataset();
        }
    }

    /** A subject with all that was found on it. */
    private record Measured(Subject subject, List<Scored> tasks, List<PerplexityResult> perplexities) {
        static Measured of(Subject subject, List<Score> scores) {
            List<Scored> tasks = new ArrayList<>();
            List<PerplexityResult> perplexities = new ArrayList<>();
            for (Score score : scores) {
                if (score instanceof TaskScore task) {
                    tasks.add(Scored.of(task, subject.baseline()));
                } else if (score instanceof Measurement text) {
                    perplexities.add(subject.baseline() ? text.baseline() : text.quantized());
                }
            }
            return new Measured(subject, tasks, perplexities);
        }
    }

    private final EvaluationSamples samples;
    private final List<Left> left = new ArrayList<>();

    private Comparisons(EvaluationSamples samples) {
        this.samples = samples;
    }

    /**
     * Compares.
     *
     * @param subjects with their scores; the first is what the others are compared with
     * @param samples where documents' scores lie
     */
    static ComparisonView of(List<Subject> subjects, List<List<Score>> scores, EvaluationSamples samples) {
        List<Measured> measured = new ArrayList<>();
        for (int i = 0; i < subjects.size(); i++) {
            measured.add(Measured.of(subjects.get(i), scores.get(i)));
        }
        Comparisons comparison = new Comparisons(samples);
        Measured reference = measured.getFirst();
        List<ByTask> tasks = reference.tasks().stream()
                .map(task -> comparison.task(task, measured))
                .toList();
        List<ByPerplexity> perplexities = reference.perplexities().stream()
                .map(text -> comparison.perplexity(text, measured))
                .toList();
        measured.stream().skip(1).forEach(one -> comparison.leaveUnmatched(one, reference));
        return new ComparisonView(reference.subject(), tasks, perplexities, List.copyOf(comparison.left));
    }

    /** Notes what was found on a subject and not on the reference. */
    private void leaveUnmatched(Measured one, Measured reference) {
        one.tasks().stream()
                .filter(task -> reference.tasks().stream().noneMatch(task::sameQuestion))
                .forEach(task -> leave(one, task.name(), "the reference was not scored on it by the same rules"));
        one.perplexities().stream()
                .filter(text -> reference.perplexities().stream().noneMatch(other -> sameWindows(text, other)))
                .forEach(text -> leave(one, name(text), "the reference was not measured on it in such windows"));
    }

    private static String name(PerplexityResult text) {
        return "perplexity on " + text.dataset();
    }

    private ByTask task(Scored reference, List<Measured> measured) {
        Task task = Task.named(reference.result().task()).orElseThrow();
        List<TaskSample> exact = samples.all(reference.samples());
        List<TaskSubject> subjects = new ArrayList<>();
        for (Measured one : measured) {
            Optional<Scored> found =
                    one.tasks().stream().filter(reference::sameQuestion).findFirst();
            if (found.isEmpty()) {
                leave(
                        one,
                        reference.name(),
                        "it was not scored on this data set with as many examples and by the same rules");
                continue;
            }
            try {
                PairedScores paired =
                        PairedScores.of(task, samples.all(found.get().samples()), exact);
                subjects.add(TaskSubject.of(one.subject(), paired));
            } catch (IllegalArgumentException e) {
                leave(one, reference.name(), String.valueOf(e.getMessage()));
            }
        }
        TaskResult result = reference.result();
        return new ByTask(result.task(), result.dataset(), result.shots(), result.documents(), subjects);
    }

    private ByPerplexity perplexity(PerplexityResult reference, List<Measured> measured) {
        List<PerplexitySubject> subjects = new ArrayList<>();
        for (Measured one : measured) {
            one.perplexities().stream()
                    .filter(text -> sameWindows(text, reference))
                    .findFirst()
                    .ifPresentOrElse(
                            text -> subjects.add(PerplexitySubject.of(one.subject(), text, reference)),
                            () -> leave(one, name(reference), "it was not measured on this text in such windows"));
        }
        return new ByPerplexity(reference.dataset(), reference.protocol(), reference.window(), subjects);
    }

    private static boolean sameWindows(PerplexityResult one, PerplexityResult other) {
        return one.datasetSha256().equals(other.datasetSha256())
                && one.format() == other.format()
                && one.protocol() == other.protocol()
                && one.window() == other.window();
    }

    private void leave(Measured one, String score, String reason) {
        left.add(new Left(one.subject(), score, reason));
    }
}
