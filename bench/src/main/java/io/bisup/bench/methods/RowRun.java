package io.bisup.bench.methods;

import io.bisup.contract.DivergenceResult;
import io.bisup.data.TextDataset;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.PeakMemory;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Divergence;
import io.bisup.measure.Perplexity;
import io.bisup.measure.PrefixRule;
import io.bisup.measure.Progress;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.FolderQuantization;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;

/** Measures one row in this process, which does nothing before it: its peak of memory is the row's. */
final class RowRun {

    private final RowRequest request;
    private final RowKey key;
    private final Path model;
    private final Path artifact;
    private final TensorRuntime runtime;
    private final List<Baseline> found = new ArrayList<>();

    RowRun(RowRequest request, TensorRuntime runtime) {
        this.request = request;
        this.key = request.key();
        this.model = Path.of(request.model());
        this.artifact = Path.of(request.target());
        this.runtime = runtime;
    }

    /** Quantizes, counts and measures. */
    RowOutcome run() {
        long started = System.nanoTime();
        List<Long> prefix = quantize();
        double seconds = (System.nanoTime() - started) / 1e9;
        long peak = new PeakMemory(runtime.device()).bytes().orElse(0);
        StoredSize size = new StoredSize(DecoderConfig.read(model));
        ResultRow row = new ResultRow(
                key,
                size.counted(artifact),
                size.formula(key.recipe()),
                ModelId.artifactBytes(artifact),
                seconds,
                peak,
                prefix.size(),
                runtime.lowPrecision() ? "bfloat16" : "float32",
                scores(prefix),
                new RowTasks(request, runtime).scores(prefix));
        return new RowOutcome(row, found);
    }

    private List<Long> quantize() {
        String text = dataset(key.calibration(), request.calibration()).text();
        var asked = new FolderQuantization.Request(
                model, key.model().sha256(), key.recipe(), text, key.systemPrompt(), key.window());
        return new FolderQuantization(runtime, Control.NONE)
                .run(asked, artifact, List.of(), (shard, report) -> {})
                .prefixTokenIds();
    }

    /** The first text tells the divergence, for which both models run; the others tell perplexities. */
    private List<Score> scores(List<Long> prefix) {
        List<Score> scores = new ArrayList<>();
        try (OpenModel quantized = ModelFolder.open(artifact, runtime);
                OpenModel exact = ModelFolder.open(model, runtime, prefix);
                Tokenizer tokenizer = quantized.openTokenizer()) {
            for (int i = 0; i < key.evaluation().size(); i++) {
                TextId text = key.evaluation().get(i);
                TextDataset dataset = dataset(text, request.evaluation().get(i));
                scores.add(
                        i == 0
                                ? divergence(exact, quantized, tokenizer, text, dataset)
                                : perplexity(exact, quantized, tokenizer, text, dataset));
            }
        }
        return scores;
    }

    private Score divergence(
            OpenModel exact, OpenModel quantized, Tokenizer tokenizer, TextId text, TextDataset dataset) {
        DivergenceResult result = new Divergence(
                        exact.model(), quantized.model(), quantized.prefixIds(), tokenizer, Clock.systemUTC())
                .measure(dataset, text.protocol(), key.window(), 0, Progress.SILENT);
        note(text, quantized.prefixIds(), result.baselinePerplexity());
        return new Score(
                text.name(),
                result.perplexity(),
                result.baselinePerplexity(),
                result.kl().value(),
                result.sameTop().value());
    }

    private Score perplexity(
            OpenModel exact, OpenModel quantized, Tokenizer tokenizer, TextId text, TextDataset dataset) {
        String prefix = PrefixRule.sha256(quantized.prefixIds());
        double baseline = request.known().stream()
                .filter(known -> known.serves(key, text, prefix))
                .mapToDouble(Baseline::perplexity)
                .findFirst()
                .orElseGet(() -> note(text, quantized.prefixIds(), perplexity(exact, tokenizer, text, dataset)));
        return new Score(text.name(), perplexity(quantized, tokenizer, text, dataset), baseline, null, null);
    }

    private double perplexity(OpenModel opened, Tokenizer tokenizer, TextId text, TextDataset dataset) {
        return new Perplexity(opened.model(), opened.prefixIds(), tokenizer, Clock.systemUTC())
                .measure(dataset, text.protocol(), key.window(), Progress.SILENT)
                .perplexity();
    }

    private double note(TextId text, List<Long> prefix, double perplexity) {
        found.add(new Baseline(
                key.model(), PrefixRule.sha256(prefix), text, key.window(), key.device(), key.code(), perplexity));
        return perplexity;
    }

    private static TextDataset dataset(TextId text, String file) {
        return new TextFile(text, Path.of(file)).dataset();
    }
}
