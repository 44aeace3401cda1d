package io.bisup.eval.job;

import io.bisup.contract.Measurement;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Perplexity;
import io.bisup.data.TextDataset;
import io.bisup.platform.job.BaselineKey;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EvaluationWork;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

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
        EvaluationFiles.Fetched fetched = files.fetch(work);
        step.run();
        List<PerplexityResult> quantized;
        List<Long> prefix;
        try (OpenModel artifact = ModelFolder.open(fetched.artifact(), runtime)) {
            prefix = artifact.prefixIds();
            quantized = measure(artifact, fetched, work.evaluations(), step);
        }
        List<PerplexityResult> baselines = baselines(work, quantized, prefix, fetched, step);
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
            Runnable step)
            throws IOException {
        List<BaselineKey> keys =
                quantized.stream().map(q -> key(work.model().digest(), q)).toList();
        List<PerplexitySpec> missing = new ArrayList<>();
        for (int i = 0; i < keys.size(); i++) {
            if (store.baseline(keys.get(i)).isEmpty()) {
                missing.add(work.evaluations().get(i));
            }
        }
        if (!missing.isEmpty()) {
            Path model = files.fetchModel(work);
            try (OpenModel fp = ModelFolder.open(model, runtime, prefix)) {
                measure(fp, fetched, missing, step)
                        .forEach(result -> store.keepBaseline(key(work.model().digest(), result), result));
            }
        }
        return keys.stream().map(store::baseline).map(Optional::orElseThrow).toList();
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
        EvaluationFiles.Dataset dataset = fetched.dataset(evaluation.dataset());
        return TextDataset.read(dataset.file(), evaluation.dataset(), dataset.format());
    }

    /** All that a baseline depends on: what the artifact's own result says, with the FP model in its place. */
    private static BaselineKey key(String modelDigest, PerplexityResult result) {
        return new BaselineKey(
                modelDigest,
                result.datasetSha256(),
                Objects.requireNonNull(result.format()),
                result.protocol(),
                result.window(),
                result.bos(),
                result.prefixSha256(),
                result.dtype(),
                result.codeVersion());
    }
}
