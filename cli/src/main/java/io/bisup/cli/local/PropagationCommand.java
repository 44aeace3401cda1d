package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.Json;
import io.bisup.contract.PropagationResult;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Propagation;
import io.bisup.measure.SameTokenizer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Measures how a quantized model's error grows through its blocks and along its tokens. */
@Command(
        name = "propagation",
        description = "Measure how a quantized model's error grows from block to block and from token to token.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PropagationCommand implements Callable<Integer> {

    private static final int USUAL_WINDOW = 512;

    @Mixin
    private ModelPair models;

    @Mixin
    private TextOptions text;

    @Option(names = "--window", description = "tokens per window; 512 or the model's context if that is less")
    private @Nullable Integer window;

    @Option(names = "--windows", defaultValue = "8", description = "windows to average over, from the text's start")
    private int windows;

    @Option(
            names = "--out",
            paramLabel = "FILE",
            description =
                    "all of it as JSON: curves, errors of linears, the map from token to token, received attention")
    private @Nullable Path out;

    @Mixin
    private ResultOutput output;

    @Override
    public Integer call() {
        if (windows < 1) {
            throw new UserErrorException("--windows " + windows + ": give a number from 1 on");
        }
        TextDataset dataset = text.read();
        PropagationResult result = models.compare((exact, quantized) -> measure(exact, quantized, dataset));
        write(result);
        output.print(result, PropagationTable::print);
        return ExitCode.OK;
    }

    private void write(PropagationResult result) {
        if (out != null) {
            try {
                Files.writeString(out, Json.write(result) + "\n");
            } catch (IOException e) {
                throw new UserErrorException("--out " + out + " cannot be written (" + e + ")");
            }
        }
    }

    private PropagationResult measure(OpenModel exact, OpenModel quantized, TextDataset dataset) {
        int length = Windows.length(window, USUAL_WINDOW, exact);
        SameTokenizer.require(exact, quantized, dataset);
        try (Tokenizer tokenizer = exact.openTokenizer();
                Bar bar = new Bar("propagation", "passes")) {
            return new Propagation(exact.model(), quantized.model(), exact.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, length, windows, bar);
        }
    }
}
