package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.contract.ExportFormat;
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

    private static final String ROW = "%-25s %-16s %6s  %-29s %-32s %s";

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
            out.println(String.format(ROW, "RECIPE", "BITS", "STORED", "NEEDS", "SERVED AS", "FOR"));
        }
        for (JsonNode recipe : recipes) {
            out.println(service.json() ? ServiceClient.line(recipe) : row(recipe));
        }
        if (!service.json()) {
            out.println(
                    "STORED: bits a weight takes in the artifact, with scales, zero points and branches (4096 x 4096).");
            out.println(
                    "SERVED AS: formats in which vLLM, transformers or llama.cpp load an export, as far as the recipe goes.");
            out.println("The whole of one, with what keeps it from being served: --json, or docs/recipes.md.");
        }
    }

    /** One recipe in one line. */
    static String row(JsonNode recipe) {
        List<String> needs = new ArrayList<>();
        recipe.path("needs").forEach(need -> needs.add(need.asText()));
        List<String> served = new ArrayList<>();
        for (JsonNode format : recipe.path("serving")) {
            String name = format.path("format").asText();
            // Weights written out in full serve everywhere, and save nothing.
            if (format.path("possible").asBoolean() && !name.equals(ExportFormat.HF_FAKE.wireName())) {
                served.add(name);
            }
        }
        return String.format(
                Locale.ROOT,
                ROW,
                recipe.path("name").asText(),
                recipe.path("code").asText(),
                String.format(Locale.ROOT, "%.3f", recipe.path("bitsPerWeight").asDouble()),
                needs.isEmpty() ? "nothing" : String.join(", ", needs),
                served.isEmpty() ? "-" : String.join(", ", served),
                recipe.at("/about/purpose").asText());
    }
}
