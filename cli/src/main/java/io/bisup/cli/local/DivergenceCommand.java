package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Divergence;
import io.bisup.measure.SameTokenizer;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how far a quantized model is from the model it was made of. */
@Command(
        name = "divergence",
        description =
                "Measure how far a quantized model's predictions are from the FP model's, as llama.cpp defines it.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DivergenceCommand implements Callable<Integer> {

    @Mixin
    private ModelPair models;

    @Mixin
    private TextOptions text;

    @Mixin
    private ProtocolOptions protocol;

    @Option(names = "--second-half", description = "count the second half of each window alone, as llama.cpp does")
    private boolean secondHalf;

    @Mixin
    private ResultOutput output;

    @Override
    public Integer call() {
        TextDataset dataset = text.read();
        DivergenceResult result = models.compare((exact, quantized) -> measure(exact, quantized, dataset));
        output.print(result, (measured, writer) -> writer.println(table(measured)));
        return ExitCode.OK;
    }

    private DivergenceResult measure(OpenModel exact, OpenModel quantized, TextDataset dataset) {
        int length = protocol.window(exact);
        SameTokenizer.require(exact, quantized, dataset);
        try (Tokenizer tokenizer = exact.openTokenizer();
                Bar bar = new Bar("divergence", "windows")) {
            return new Divergence(exact.model(), quantized.model(), exact.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, protocol.protocol(), length, secondHalf ? length / 2 : 0, bar);
        }
    }

    private static String table(DivergenceResult result) {
        return String.join(
                System.lineSeparator(),
                String.format(
                        Locale.ROOT,
                        "%s on %s: %d windows of %d tokens, %d predictions, %s, %.1f s",
                        result.protocol().id(),
                        result.dataset(),
                        result.windows(),
                        result.window(),
                        result.predictions(),
                        result.dtype(),
                        result.seconds()),
                String.format(Locale.ROOT, "perplexity       %.4f", result.perplexity()),
                String.format(Locale.ROOT, "FP perplexity    %.4f", result.baselinePerplexity()),
                line("ln PPL ratio", result.lnPerplexityRatio()),
                line("mean KL", result.kl()),
                line("median KL", result.klQuantiles().get("50")),
                line("99 % KL", result.klQuantiles().get("99")),
                line("99.9 % KL", result.klQuantiles().get("99.9")),
                String.format(Locale.ROOT, "max KL           %.6f", result.klMax()),
                line("mean delta p", result.deltaP()),
                line("RMS delta p", result.rmsDeltaP()),
                line("same top token", result.sameTop()));
    }

    private static String line(String name, @Nullable Estimate figure) {
        return figure == null
                ? name
                : String.format(Locale.ROOT, "%-16s %.6f ± %.6f", name, figure.value(), figure.stderr());
    }
}
