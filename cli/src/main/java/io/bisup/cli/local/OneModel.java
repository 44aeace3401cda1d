package io.bisup.cli.local;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The model that is measured, and what computes it. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class OneModel {

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "checkpoint or artifact folder")
    private Path model;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Option(
            names = "--compute",
            defaultValue = "float32",
            description = "auto, float32 or bfloat16 for the matrix products (${DEFAULT-VALUE})")
    private String compute;

    /** Opens the model, measures, and closes it. */
    <T> T with(Engine.Use<T> measure) {
        return Engine.with(model, device, compute, measure);
    }
}
