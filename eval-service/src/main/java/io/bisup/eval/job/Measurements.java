package io.bisup.eval.job;

import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Perplexity;
import io.bisup.measure.TextDataset;
import io.bisup.platform.job.BaselineKey;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EvaluationWork;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures the artifact, then the FP model behind the same prefix under the same protocols. A baseline that was measured
 * before is not measured again, and when all were, the FP model is not even opened.
 */
final class Measurements {

    private final TensorRuntime runtime;
    private final EvaluationFiles files;
    private final EvaluationStore store;
    private final Clock clock;

    Measurements(TensorRuntime runtime, EvaluationFiles files, EvaluationStore store, Clock clock) {
        this.runtime = runtime;
        this.files = files;
        this.store = store;
        this.clock = clock;
    }

    /**
     * Measures everything the work asks for, in its order.
     *
     * @param step called between steps; throws to stop
     */
    List<Measurement> of(EvaluationWork work, Runnable step) throws IOException {
        Patience patience = Patience.quiet(step);
        EvaluationFiles.Fetched fetched = files.fetch(work, patience);
        step.run();
        List<PerplexityResult> quantized;
        List<Long> prefix;
        try (OpenModel artifact = ModelFolder.open(fetched.artifact(), runtime)) {
            prefix = artifact.prefixIds();
            quantized = measure(artifact, fetched, work.evaluations(), step);
        }
        List<PerplexityResult> baselines = baselines(work, quantized, prefix, fetched, step, patience);
        List<Measurement> measurements = new ArrayList<>();
        for (int i = 0; i < quantized.size(); i++) {
            measurements.add(new Measurement(quantized.get(i), baselines.get(i)));
        }
        return measurements;
    }

    private List<PerplexityResult> baselines(
            EvaluationWork work,
            List<PerplexityResult> quantized,
            List<Long> prefix,
            EvaluationFiles.Fetched fetched,
            Runnable step,
            Patience patience)
            throws IOException {
        List<BaselineKey> keys =
                quantized.stream().map(q -> key(work.model().digest(), q)).toList();
        List<PerplexitySpec> missing = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            BaselineKey key = keys.get(i);
            if (patience.ask(() -> store.baseline(key)).isEmpty()) {
                missing.add(work.evaluations().get(i));
            }
        }
        if (!missing.isEmpty()) {
            Path model = files.fetchModel(work, patience);
            try (OpenModel fp = ModelFolder.open(model, runtime, prefix)) {
                for (PerplexityResult result : measure(fp, fetched, missing, step)) {
                    patience.tell(() -> store.keepBaseline(key(work.model().digest(), result), result));
                }
            }
        }
        List<PerplexityResult> known = new ArrayList<>();
        for (BaselineKey key : keys) {
            known.add(patience.ask(() -> store.baseline(key)).orElseThrow());
        }
        return known;
    }

    private List<PerplexityResult> measure(
            OpenModel model, EvaluationFiles.Fetched fetched, List<PerplexitySpec> evaluations, Runnable step) {
        try (Tokenizer tokenizer = model.openTokenizer()) {
            Perplexity perplexity = new Perplexity(model.model(), model.prefixIds(), tokenizer, clock);
            return evaluations.stream()
                    .map(e ->
                            perplexity.measure(text(fetched, e), e.protocol(), e.window(), (scored, of) -> step.run()))
                    .toList();
        }
    }

    private static TextDataset text(EvaluationFiles.Fetched fetched, PerplexitySpec evaluation) {
        return TextDataset.read(fetched.dataset(evaluation.dataset()), evaluation.dataset());
    }

    /** All that a baseline depends on: what the artifact's own result says, with the FP model in its place. */
    private static BaselineKey key(String modelDigest, PerplexityResult result) {
        return new BaselineKey(
                modelDigest,
                result.datasetSha256(),
                result.protocol(),
                result.window(),
                result.bos(),
                result.prefixSha256(),
                result.dtype(),
                result.codeVersion());
    }
}
