package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Models that jobs may name. */
@Command(name = "models", description = "Register and list models.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ModelsCommand {

    @Spec
    private CommandSpec spec;

    @Command(name = "add", description = "Register a model; prints its digest.", mixinStandardHelpOptions = true)
    int add(
            @Mixin ServiceOptions service,
            @Parameters(paramLabel = "NAME", description = "what jobs will call it") String name,
            @Parameters(paramLabel = "FOLDER|s3://BUCKET/PREFIX", description = "its Hugging Face checkpoint folder")
                    String source) {
        JsonNode model = new Inputs(service.client()).addModel(name, source);
        spec.commandLine().getOut().println(service.json() ? ServiceClient.line(model) : line(model));
        return ExitCode.OK;
    }

    @Command(name = "list", description = "List the models.", mixinStandardHelpOptions = true)
    int list(@Mixin ServiceOptions service) {
        for (JsonNode model : new Inputs(service.client()).models()) {
            spec.commandLine().getOut().println(service.json() ? ServiceClient.line(model) : line(model));
        }
        return ExitCode.OK;
    }

    private static String line(JsonNode model) {
        return String.format(
                "%-24s  %-20s  %3d blocks  %,15d parameters  %.12s",
                model.path("name").asText(),
                model.path("architecture").asText(),
                model.path("blocks").asInt(),
                model.path("parameters").asLong(),
                model.path("digest").asText());
    }
}
