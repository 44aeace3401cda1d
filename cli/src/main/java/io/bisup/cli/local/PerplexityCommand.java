package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.contract.Json;
import io.bisup.contract.PerplexityResult;
import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Perplexity;
import java.io.PrintWriter;
import java.time.Clock;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Measures a model's perplexity on a text. */
@Command(
        name = "perplexity",
        description = "Measure a model's perplexity on a text, by a protocol of the literature.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PerplexityCommand implements Callable<Integer> {

    private static final int USUAL_WINDOW = 2048;

    @Mixin
    private OneModel model;

    @Mixin
    private TextOptions text;

    @Option(
            names = "--protocol",
            defaultValue = "gptq",
            converter = ProtocolConverter.class,
            description = "gptq: rows joined by an empty line; c4-new, c4-old: windows of documents")
    private Protocol protocol;

    @Option(names = "--window", description = "tokens per window; 2048 or the model's context if that is less")
    private @Nullable Integer window;

    @Option(names = "--json", description = "the result as one JSON object on the last line")
    private boolean json;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        TextDataset dataset = text.read();
        PerplexityResult result = model.with(open -> measure(open, dataset));
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(json ? Json.write(result) : sentence(result));
        writer.flush();
        return ExitCode.OK;
    }

    private PerplexityResult measure(OpenModel open, TextDataset dataset) {
        int length = Windows.length(window, USUAL_WINDOW, open);
        try (Tokenizer tokenizer = open.openTokenizer();
                Bar bar = new Bar("perplexity", "windows")) {
            return new Perplexity(open.model(), open.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, protocol, length, bar);
        }
    }

    private static String sentence(PerplexityResult result) {
        return String.format(
                Locale.ROOT,
                "perplexity %.4f ± %.4f: %s on %s read as %s, %d windows of %d tokens (%d in the text), %s, %.1f s",
                result.perplexity(),
                result.estimate().stderr(),
                result.protocol().id(),
                result.dataset(),
                result.format() == null ? "-" : result.format().id(),
                result.windows(),
                result.window(),
                result.tokens(),
                result.dtype(),
                result.seconds());
    }

    /** Protocols by the names that specs and results use. */
    static final class ProtocolConverter implements ITypeConverter<Protocol> {
        @Override
        public Protocol convert(String value) {
            return Arrays.stream(Protocol.values())
                    .filter(p -> p.id().equals(value))
                    .findFirst()
                    .orElseThrow(() -> new TypeConversionException("'" + value + "' is no protocol; use "
                            + Arrays.stream(Protocol.values()).map(Protocol::id).collect(Collectors.joining(", "))));
        }
    }
}
