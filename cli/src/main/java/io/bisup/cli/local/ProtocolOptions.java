package io.bisup.cli.local;

import io.bisup.contract.PerplexitySpec.Protocol;
import io.bisup.llm.folder.OpenModel;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a text becomes windows of tokens. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ProtocolOptions {

    private static final int USUAL_WINDOW = 2048;

    @Option(
            names = "--protocol",
            defaultValue = "gptq",
            converter = ProtocolConverter.class,
            description = "gptq: rows joined by an empty line; c4-new, c4-old: windows of documents")
    private Protocol protocol;

    @Option(names = "--window", description = "tokens per window; 2048 or the model's context if that is less")
    private @Nullable Integer window;

    Protocol protocol() {
        return protocol;
    }

    /** Tokens of a window that the model can read. */
    int window(OpenModel model) {
        return Windows.length(window, USUAL_WINDOW, model);
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
