package io.bisup.cli.local;

import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.function.Function;
import picocli.CommandLine.Option;

/** What a measurement is computed on. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class Hardware {

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Option(
            names = "--compute",
            defaultValue = "float32",
            description = "auto, float32 or bfloat16 for the matrix products (${DEFAULT-VALUE})")
    private String compute;

    /** Opens a model there, measures, and closes it. */
    <T> T with(Path model, Engine.Use<T> measure) {
        return Engine.with(model, device, compute, measure);
    }

    /** Measures there; what is wrong with the user's files becomes one line. */
    <T> T with(Function<TensorRuntime, T> measure) {
        return Engine.onDevice(device, compute, measure);
    }
}
