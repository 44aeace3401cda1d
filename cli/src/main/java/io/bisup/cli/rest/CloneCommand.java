package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.Json;
import io.bisup.contract.Priority;
import java.io.PrintWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Submits a job's spec again. */
@Command(
        name = "clone",
        description = "Submit a job's spec again, with some of its fields changed; prints the new job's id.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CloneCommand extends JobCommand {

    @Option(
            names = "--recipe",
            paramLabel = "NAME|FILE",
            description = "another preset (see: bisup recipes), or a recipe file ending in .yaml or .json")
    private @Nullable String recipe;

    @Option(names = "--priority", paramLabel = "low|normal|high", description = "another priority")
    private @Nullable Priority priority;

    @Option(names = "--label", paramLabel = "KEY=VALUE", description = "another value of a label, repeatable")
    private Map<String, String> labels = Map.of();

    @Mixin
    private NewJobOptions made;

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        try {
            return made.show(jobs.cloneOf(id, changes(), made.key()), jobs, out, json);
        } catch (ServiceException e) {
            throw e.inTermsOfOptions();
        }
    }

    /** A merge patch of the spec. */
    private ObjectNode changes() {
        ObjectNode changes = Json.mapper().createObjectNode();
        if (recipe != null) {
            changes.set("recipe", Json.tree(SpecOptions.recipe(recipe)));
        }
        if (priority != null) {
            changes.put("priority", priority.id());
        }
        if (!labels.isEmpty()) {
            changes.set("labels", Json.tree(labels));
        }
        return changes;
    }
}
