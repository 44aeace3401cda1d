package io.bisup.measure.task;

import io.bisup.contract.Estimate;
import io.bisup.contract.TaskResult;
import io.bisup.contract.TaskSample;
import io.bisup.data.task.Metric;
import io.bisup.data.task.Request;
import io.bisup.data.task.Scores;
import io.bisup.data.task.TaskDataset;
import io.bisup.data.task.TaskDocument;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.CodeVersion;
import io.bisup.measure.EvaluationKernels;
import io.bisup.measure.PrefixRule;
import io.bisup.measure.Progress;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Scores the documents of a task on one model. */
public final class TaskEvaluation {

    private final LanguageModel model;
    private final Tokenizer tokenizer;
    private final List<Long> prefixIds;

    /** @param prefixIds token ids of the prefix that the model stands behind; empty if it has none */
    public TaskEvaluation(LanguageModel model, List<Long> prefixIds, Tokenizer tokenizer) {
        this.model = model;
        this.prefixIds = List.copyOf(prefixIds);
        this.tokenizer = tokenizer;
    }

    /**
     * What was measured.
     *
     * @param result the metrics and their protocol
     * @param samples of every document, in the data set's order
     */
    public record Outcome(TaskResult result, List<TaskSample> samples) {
        public Outcome {
            samples = List.copyOf(samples);
        }
    }

    /**
     * Scores every document.
     *
     * @param clock for the wall time that the result reports
     */
    public Outcome measure(TaskDataset dataset, TaskRules rules, Answers answers, Clock clock, Progress progress) {
        Instant start = clock.instant();
        List<TaskSample> samples = samples(dataset, rules, answers, progress);
        Map<String, Estimate> metrics = new TreeMap<>();
        TaskDataset.Examples examples = dataset.examples();
        dataset.task().metrics().forEach(metric -> metrics.put(metric.id(), Scores.of(samples, metric)));
        TaskResult result = new TaskResult(
                dataset.name(),
                dataset.sha256(),
                dataset.task().id(),
                examples == null ? 0 : examples.shots(),
                examples == null ? null : examples.sha256(),
                rules.harness(),
                rules.bos(),
                encoder(rules).bos(),
                PrefixRule.sha256(prefixIds),
                rules.longest(context()),
                model.runtime().lowPrecision() ? "bfloat16" : "float32",
                CodeVersion.CURRENT,
                samples.size(),
                metrics,
                Duration.between(start, clock.instant()).toMillis() / 1e3);
        return new Outcome(result, samples);
    }

    /** The samples of every document where nothing is known of them. */
    public List<TaskSample> samples(TaskDataset dataset, TaskRules rules, Progress progress) {
        return samples(dataset, rules, Answers.NONE, progress);
    }

    /**
     * The samples of every document, in the data set's order. A document whose requests are all known is not scored again; which
     * documents are batched together moves a log-likelihood in its last digits.
     *
     * @param answers of this model under these rules
     * @param progress hears how many documents are scored; may throw to stop
     * @throws io.bisup.data.DatasetException if the tokenizer gives ids that the model does not know
     */
    public List<TaskSample> samples(TaskDataset dataset, TaskRules rules, Answers answers, Progress progress) {
        List<TaskDocument> documents = dataset.documents();
        List<@Nullable List<Scored>> scores = new ArrayList<>();
        documents.forEach(document -> scores.add(known(document, answers)));
        List<RequestTree> trees = trees(dataset, scores, encoder(rules));
        int known = documents.size() - trees.size();
        try (Kernels kernels = EvaluationKernels.compile(model.runtime())) {
            new LikelihoodScorer(model, kernels)
                    .score(
                            trees,
                            wave -> {
                                wave.forEach(found -> scores.set(found.tree().document(), found.scores()));
                                answers.add(answers(documents, wave));
                            },
                            (done, of) -> progress.done(known + done, documents.size()));
        }
        return IntStream.range(0, documents.size())
                .mapToObj(i -> sample(
                        documents.get(i),
                        Objects.requireNonNull(scores.get(i)),
                        dataset.task().metrics()))
                .toList();
    }

    /** Nothing where the answer to any of a document's requests is unknown: they are passed together. */
    private static @Nullable List<Scored> known(TaskDocument document, Answers answers) {
        List<Scored> known = document.requests().stream()
                .flatMap(request -> answers.of(request).stream())
                .toList();
        return known.size() == document.requests().size() ? known : null;
    }

    private static List<Answers.Answer> answers(List<TaskDocument> documents, List<LikelihoodScorer.ScoredTree> wave) {
        List<Answers.Answer> answers = new ArrayList<>();
        for (LikelihoodScorer.ScoredTree found : wave) {
            List<Request> requests = documents.get(found.tree().document()).requests();
            for (int i = 0; i < requests.size(); i++) {
                answers.add(new Answers.Answer(requests.get(i), found.scores().get(i)));
            }
        }
        return answers;
    }

    private RequestEncoder encoder(TaskRules rules) {
        return new RequestEncoder(tokenizer, rules.harness(), rules.bos(), prefixIds, rules.longest(context()));
    }

    private int context() {
        return model.config().maxPositions() - prefixIds.size();
    }

    /** Of the documents without scores. */
    private List<RequestTree> trees(TaskDataset dataset, List<@Nullable List<Scored>> scores, RequestEncoder encoder) {
        List<RequestTree> trees = IntStream.range(0, dataset.documents().size())
                .filter(i -> scores.get(i) == null)
                .parallel()
                .mapToObj(i -> RequestTree.of(
                        i, encoder.encode(dataset.documents().get(i).requests())))
                .toList();
        int vocabulary = model.config().vocabSize();
        for (RequestTree tree : trees) {
            for (EncodedRequest request : tree.requests()) {
                for (long id : request.tokens()) {
                    if (id >= vocabulary) {
                        throw TokenizerMismatch.of(dataset.name(), id, vocabulary);
                    }
                }
            }
        }
        return trees;
    }

    static TaskSample sample(TaskDocument document, List<Scored> scores, List<Metric> metrics) {
        double[] ll = scores.stream().mapToDouble(Scored::logLikelihood).toArray();
        boolean oneAnswer = metrics.contains(Metric.GREEDY);
        boolean right = oneAnswer ? scores.getFirst().greedy() : best(ll) == document.gold();
        @Nullable Double normalised = null;
        if (metrics.contains(Metric.ACC_NORM)) {
            double[] perCharacter = IntStream.range(0, ll.length)
                    .mapToDouble(i -> ll[i] / document.lengths().get(i))
                    .toArray();
            normalised = best(perCharacter) == document.gold() ? 1.0 : 0.0;
        }
        return new TaskSample(
                document.id(),
                scores.stream().map(Scored::logLikelihood).toList(),
                scores.stream().map(Scored::greedy).toList(),
                document.gold(),
                right ? 1 : 0,
                normalised,
                document.requests().stream().map(r -> r.digest()).toList());
    }

    /** As numpy's argmax: the first of the largest; the first that is not a number, if there is one. */
    static int best(double[] values) {
        int best = 0;
        for (int i = 0; i < values.length; i++) {
            if (Double.isNaN(values[i])) {
                return i;
            }
            if (values[i] > values[best]) {
                best = i;
            }
        }
        return best;
    }
}
