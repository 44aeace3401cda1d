package io.bisup.bench;

import io.bisup.contract.Folders;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Perplexity;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.export.FolderDigest;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** Quantizes one model by recipes and measures what comes out, by the GPTQ protocol. */
final class Trial {

    private final TensorRuntime runtime;
    private final Path model;
    private final String digest;
    private final AblationTexts texts;
    private final int window;
    /** Perplexity of the full-precision model by the prefix that it stands behind. */
    private final Map<List<Long>, Double> exact = new HashMap<>();

    /**
     * @param model checkpoint folder
     * @param window tokens of every evaluation window
     */
    Trial(TensorRuntime runtime, Path model, AblationTexts texts, int window) throws IOException {
        this.runtime = runtime;
        this.model = model;
        this.digest = FolderDigest.sha256(model);
        this.texts = texts;
        this.window = window;
    }

    /**
     * What a recipe made of the model.
     *
     * @param perplexity of the artifact
     * @param exact perplexity of the full-precision model behind the same prefix
     * @param hasPrefix whether there is one
     * @param megabytes of the artifact's weights
     * @param seconds of the quantization
     */
    record Row(double perplexity, double exact, boolean hasPrefix, double megabytes, double seconds) {

        /** ln of how many times the full-precision perplexity it is: what the recipe lost, in nats a token. */
        double loss() {
            return Math.log(perplexity / exact);
        }
    }

    /** Perplexity of the model itself. */
    double exact() {
        return exact(List.of());
    }

    private double exact(List<Long> prefix) {
        return exact.computeIfAbsent(
                prefix,
                ids -> perplexity(
                        ids.isEmpty() ? ModelFolder.open(model, runtime) : ModelFolder.open(model, runtime, ids)));
    }

    /** Size of the model itself. */
    double megabytes() throws IOException {
        return megabytes(model);
    }

    Row run(Recipe recipe) throws IOException {
        Path out = Files.createTempDirectory("bisup-trial");
        try {
            long started = System.nanoTime();
            var request = new FolderQuantization.Request(
                    model, digest, recipe, texts.calibration(), texts.systemPrompt(), window);
            FolderQuantization.Result result =
                    new FolderQuantization(runtime, Control.NONE).run(request, out, List.of(), (shard, report) -> {});
            double seconds = (System.nanoTime() - started) / 1e9;
            List<Long> prefix = result.prefixTokenIds();
            double quantized = perplexity(ModelFolder.open(out, runtime));
            return new Row(quantized, exact(prefix), !prefix.isEmpty(), megabytes(out), seconds);
        } finally {
            Folders.delete(out);
        }
    }

    /** Closes the model. */
    private double perplexity(OpenModel opened) {
        try (opened;
                Tokenizer tokenizer = opened.openTokenizer()) {
            return new Perplexity(opened.model(), opened.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(texts.evaluation(), Protocol.GPTQ, window, (windows, of) -> {})
                    .perplexity();
        }
    }

    private static double megabytes(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(".safetensors"))
                            .mapToLong(file -> file.toFile().length())
                            .sum()
                    / 1e6;
        }
    }
}
