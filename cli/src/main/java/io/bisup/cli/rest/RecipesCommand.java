package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** Lists the recipes that the service ships. */
@Command(name = "recipes", description = "List the recipes a job may name.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RecipesCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode recipes = service.client().get("/v1/recipes").path("items");
        PrintWriter out = spec.commandLine().getOut();
        for (JsonNode recipe : recipes) {
            out.println(
                    service.json()
                            ? ServiceClient.line(recipe)
                            : String.format(
                                    "%-25s  %-16s  %s",
                                    recipe.path("name").asText(),
                                    recipe.path("code").asText(),
                                    recipe.at("/about/purpose").asText()));
        }
        return ExitCode.OK;
    }
}
