package io.bisup.eval.job;

import io.bisup.contract.DivergenceResult;
import io.bisup.contract.DivergenceSpec;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.CodeVersion;
import io.bisup.measure.Divergence;
import io.bisup.measure.Perplexity;
import io.bisup.measure.PrefixRule;
import io.bisup.platform.job.BaselineKey;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;

/** Perplexities and divergences; both are kept. */
final class TextMeasurements {

    private static final String DIVERGENCE = "divergence.json";

    private final EvaluationStore store;
    private final KeptResults kept;
    private final Clock clock;

    TextMeasurements(EvaluationStore store, ObjectStore objects, Clock clock) {
        this.store = store;
        this.kept = new KeptResults(objects);
        this.clock = clock;
    }

    private PerplexityResult measure(
            PerplexitySpec spec, EvaluationFiles.Dataset dataset, OpenModel model, String what, Step step) {
        try (Tokenizer tokenizer = model.openTokenizer()) {
            return new Perplexity(model.model(), model.prefixIds(), tokenizer, clock)
                    .measure(
                            dataset.text(),
                            spec.protocol(),
                            spec.window(),
                            (done, of) -> step.at(spec.dataset() + ", " + what, done, of));
        }
    }

    /**
     * A perplexity: the one kept under its key, or measured and kept now.
     *
     * @param digest of the model's or the artifact's files
     */
    PerplexityResult perplexity(
            PerplexitySpec spec,
            EvaluationFiles.Dataset dataset,
            String digest,
            List<Long> prefix,
            LazyModel model,
            String what,
            Step step)
            throws IOException {
        BaselineKey key = new BaselineKey(
                digest,
                dataset.sha256(),
                dataset.file().format(),
                spec.protocol(),
                spec.window(),
                PrefixRule.sha256(prefix),
                model.runtime().compute().toString(),
                CodeVersion.CURRENT);
        Patience patience = step.patience();
        Optional<PerplexityResult> kept = patience.ask(() -> store.baseline(key));
        if (kept.isEmpty()) {
            PerplexityResult measured = measure(spec, dataset, model.get(), what, step);
            patience.tell(() -> store.keepBaseline(key, measured));
            kept = patience.ask(() -> store.baseline(key));
        }
        return kept.orElseThrow();
    }

    /** How far the artifact's predictions are from the FP model's, found or measured. */
    DivergenceResult divergence(DivergenceSpec spec, EvaluationFiles.Dataset dataset, ModelPair models, Step step)
            throws IOException {
        PairKey key = PairKey.of(spec, dataset, models);
        return kept.of(
                key,
                DIVERGENCE,
                DivergenceResult.class,
                step.patience(),
                digest -> measure(
                        spec, dataset, models.model().get(), models.artifact().get(), step));
    }

    private DivergenceResult measure(
            DivergenceSpec spec, EvaluationFiles.Dataset dataset, OpenModel model, OpenModel artifact, Step step) {
        try (Tokenizer tokenizer = model.openTokenizer()) {
            return new Divergence(model.model(), artifact.model(), model.prefixIds(), tokenizer, clock)
                    .measure(
                            dataset.text(),
                            spec.divergence(),
                            spec.window(),
                            0,
                            (done, of) -> step.at(spec.dataset() + ", divergence", done, of));
        }
    }
}
