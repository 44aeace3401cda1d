package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.cli.FormatConverter;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.contract.Json;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Divergence;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
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

    @Option(names = "--base", required = true, paramLabel = "DIR", description = "checkpoint folder of the FP model")
    private Path base;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "artifact or another checkpoint")
    private Path model;

    @Option(names = "--text", required = true, paramLabel = "FILE", description = "text, WikiText rows or documents")
    private Path text;

    @Option(names = "--format", converter = FormatConverter.class, description = FormatConverter.DESCRIPTION)
    private @Nullable DatasetFormat format;

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

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Option(names = "--json", description = "the result as one JSON object on the last line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TextDataset dataset = read();
        requireFolder("--base", base);
        requireFolder("--model", model);
        DivergenceResult result = Engine.onDevice(device, runtime -> measure(runtime, dataset));
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(json ? Json.write(result) : table(result));
        writer.flush();
        return ExitCode.OK;
    }

    static void requireFolder(String option, Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserErrorException(
                    option + " " + folder + " is no folder; give a Hugging Face checkpoint folder or an artifact");
        }
    }

    private TextDataset read() {
        try {
            String name = String.valueOf(text.getFileName());
            return TextDataset.read(text, name, format == null ? DatasetFormat.ofFileName(name) : format);
        } catch (DatasetException e) {
            throw new UserErrorException("--text " + e.getMessage());
        }
    }

    private DivergenceResult measure(TensorRuntime runtime, TextDataset dataset) {
        try (OpenModel quantized = ModelFolder.open(model, runtime);
                OpenModel exact = ModelFolder.open(base, runtime, quantized.prefixIds());
                Tokenizer tokenizer = exact.openTokenizer();
                Bar bar = new Bar("divergence", "windows")) {
            int context =
                    exact.model().config().maxPositions() - exact.prefixIds().size();
            int length = window == null ? Math.min(USUAL_WINDOW, context) : window;
            return new Divergence(exact.model(), quantized.model(), exact.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, protocol, length, secondHalf ? length / 2 : 0, bar);
        } catch (IllegalArgumentException unlike) {
            throw new UserErrorException("--base and --model: " + unlike.getMessage());
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
