package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.contract.recipe.RecipeSchema;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Lists the recipes that the service ships. */
@Command(name = "recipes", description = "List the recipes a job may name.", mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class RecipesCommand implements Callable<Integer> {

    private static final String ROW = "%-25s %-16s %6s  %-29s %s";

    @Mixin
    private ServiceOptions service;

    @Option(names = "--schema", description = "print the JSON Schema of recipe files instead, for editors")
    private boolean schema;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        if (schema) {
            spec.commandLine().getOut().println(RecipeSchema.document().toPrettyString());
            return ExitCode.OK;
        }
        list();
        return ExitCode.OK;
    }

    private void list() {
        JsonNode recipes = service.client().get("/v1/recipes").path("items");
        PrintWriter out = spec.commandLine().getOut();
        if (!service.json()) {
            out.println(String.format(ROW, "RECIPE", "BITS", "STORED", "NEEDS", "FOR"));
        }
        for (JsonNode recipe : recipes) {
            out.println(service.json() ? ServiceClient.line(recipe) : row(recipe));
        }
        if (!service.json()) {
            out.println(
                    "STORED: bits a weight takes in the artifact, with scales, zero points and branches (4096 x 4096).");
            out.println(
                    "A * marks what a compressed-tensors checkpoint can say. The whole of one: --json, or docs/recipes.md.");
        }
    }

    /** One recipe in one line. */
    static String row(JsonNode recipe) {
        List<String> needs = new ArrayList<>();
        recipe.path("needs").forEach(need -> needs.add(need.asText()));
        return String.format(
                Locale.ROOT,
                ROW,
                recipe.path("name").asText() + (recipe.path("portable").asBoolean() ? " *" : ""),
                recipe.path("code").asText(),
                String.format(Locale.ROOT, "%.3f", recipe.path("bitsPerWeight").asDouble()),
                needs.isEmpty() ? "nothing" : String.join(", ", needs),
                recipe.at("/about/purpose").asText());
    }
}
