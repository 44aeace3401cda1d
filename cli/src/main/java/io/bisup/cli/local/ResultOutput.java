package io.bisup.cli.local;

import io.bisup.contract.Json;
import java.io.PrintWriter;
import java.util.function.BiConsumer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** How a measurement's result is printed. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ResultOutput {

    @Option(names = "--json", description = "the result as one JSON object on the last line")
    private boolean json;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    /** Prints a result as JSON where that is asked for, else as {@code words} does. */
    <T> void print(T result, BiConsumer<T, PrintWriter> words) {
        PrintWriter writer = spec.commandLine().getOut();
        if (json) {
            writer.println(Json.write(result));
        } else {
            words.accept(result, writer);
        }
        writer.flush();
    }
}
