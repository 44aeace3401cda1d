package io.bisup.cli.local;

import java.nio.file.Path;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** The model that is measured, and what computes it. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class OneModel {

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "checkpoint or artifact folder")
    private Path model;

    @Mixin
    private Hardware hardware;

    /** Opens the model, measures, and closes it. */
    <T> T with(Engine.Use<T> measure) {
        return hardware.with(model, measure);
    }
}
