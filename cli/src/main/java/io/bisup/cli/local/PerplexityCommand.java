package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.contract.PerplexityResult;
import io.bisup.data.TextDataset;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.token.Tokenizer;
import io.bisup.measure.Perplexity;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Measures a model's perplexity on a text. */
@Command(
        name = "perplexity",
        description = "Measure a model's perplexity on a text, by a protocol of the literature.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class PerplexityCommand implements Callable<Integer> {

    @Mixin
    private OneModel model;

    @Mixin
    private TextOptions text;

    @Mixin
    private ProtocolOptions protocol;

    @Mixin
    private ResultOutput output;

    @Override
    public Integer call() {
        TextDataset dataset = text.read();
        PerplexityResult result = model.with(open -> measure(open, dataset));
        output.print(result, (measured, writer) -> writer.println(sentence(measured)));
        return ExitCode.OK;
    }

    private PerplexityResult measure(OpenModel open, TextDataset dataset) {
        try (Tokenizer tokenizer = open.openTokenizer();
                Bar bar = new Bar("perplexity", "windows")) {
            return new Perplexity(open.model(), open.prefixIds(), tokenizer, Clock.systemUTC())
                    .measure(dataset, protocol.protocol(), protocol.window(open), bar);
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
}
