package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.contract.Json;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Divergence;
import io.bisup.measure.SameTokenizer;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how far a quantized model is from the model it was made of. */
@Command(
        name = "divergence",
        description =
                "Measure how far a quantized model's predictions are from the FP model's, as llama.cpp defines it.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class DivergenceCommand implements Callable<Integer> {

    private static final int USUAL_WINDOW = 2048;

    @Mixin
    private ModelPair models;

    @Mixin
    private TextOptions text;

    @Option(
            names = "--protocol",
            defaultValue = "gptq",
            converter = PerplexityCommand.ProtocolConverter.class,
            description = "gptq, c4-new or c4-old")
    private Protocol protocol;

    @Option(names = "--window", description = "tokens per window; 2048 or the model's context if that is less")
    private @Nullable Integer window;

    @Option(names = "--second-half", description = "count the second half of each window alone, as llama.cpp does")
    private boolean secondHalf;

    @Option(names = "--json", description = "the result as one JSON object on the last line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TextDataset dataset = text.read();
        DivergenceResult result = models.compare((exact, quantized) -> measure(exact, quantized, dataset));
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(json ? Json.write(result) : table(result));
        writer.flush();
        return ExitCode.OK;
    }

    private DivergenceResult measure(OpenModel exact, OpenModel quantized, TextDataset dataset) {
        int length = Windows.length(window, USUAL_WINDOW, exact);
        SameTokenizer.require(exact, quantized, dataset);
        try (Tokenizer tokenizer = exact.openTokenizer();
                Bar bar = new Bar("divergence", "windows")) {
            return new Divergence(exact.model(), quantized.model(), exact.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, protocol, length, secondHalf ? length / 2 : 0, bar);
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
