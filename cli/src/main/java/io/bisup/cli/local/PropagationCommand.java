package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.cli.FormatConverter;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Json;
import io.bisup.contract.PropagationResult;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Propagation;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures how a quantized model's error grows through its blocks and along its tokens. */
@Command(
        name = "propagation",
        description = "Measure how a quantized model's error grows from block to block and from token to token.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PropagationCommand implements Callable<Integer> {

    private static final int USUAL_WINDOW = 512;

    @Option(names = "--base", required = true, paramLabel = "DIR", description = "checkpoint folder of the FP model")
    private Path base;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "artifact or another checkpoint")
    private Path model;

    @Option(names = "--text", required = true, paramLabel = "FILE", description = "text, WikiText rows or documents")
    private Path text;

    @Option(names = "--format", converter = FormatConverter.class, description = FormatConverter.DESCRIPTION)
    private @Nullable DatasetFormat format;

    @Option(names = "--window", description = "tokens per window; 512 or the model's context if that is less")
    private @Nullable Integer window;

    @Option(names = "--windows", defaultValue = "8", description = "windows to average over, from the text's start")
    private int windows;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Option(names = "--json", description = "the result as one JSON object on the last line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (windows < 1) {
            throw new UserErrorException("--windows " + windows + ": give a number from 1 on");
        }
        TextDataset dataset = read();
        DivergenceCommand.requireFolder("--base", base);
        DivergenceCommand.requireFolder("--model", model);
        PropagationResult result = Engine.onDevice(device, runtime -> measure(runtime, dataset));
        PrintWriter writer = spec.commandLine().getOut();
        if (json) {
            writer.println(Json.write(result));
        } else {
            writer.println("block  first token  other tokens");
            result.blocks()
                    .forEach(b -> writer.println(
                            String.format(Locale.ROOT, "%5d  %11.4g  %12.4g", b.block(), b.firstToken(), b.others())));
        }
        writer.flush();
        return ExitCode.OK;
    }

    private TextDataset read() {
        try {
            String name = String.valueOf(text.getFileName());
            return TextDataset.read(text, name, format == null ? DatasetFormat.ofFileName(name) : format);
        } catch (DatasetException e) {
            throw new UserErrorException("--text " + e.getMessage());
        }
    }

    private PropagationResult measure(TensorRuntime runtime, TextDataset dataset) {
        try (OpenModel quantized = ModelFolder.open(model, runtime);
                OpenModel exact = ModelFolder.open(base, runtime, quantized.prefixIds());
                Tokenizer tokenizer = exact.openTokenizer();
                Bar bar = new Bar("propagation", "windows")) {
            int context =
                    exact.model().config().maxPositions() - exact.prefixIds().size();
            int length = window == null ? Math.min(USUAL_WINDOW, context) : window;
            return new Propagation(exact.model(), quantized.model(), exact.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, length, windows, bar);
        } catch (IllegalArgumentException unlike) {
            throw new UserErrorException("--base and --model: " + unlike.getMessage());
        }
    }
}
