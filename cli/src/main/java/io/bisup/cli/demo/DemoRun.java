package io.bisup.cli.demo;

import io.bisup.cli.rest.Inputs;
import io.bisup.cli.rest.JobDisplay;
import io.bisup.cli.rest.JobFollower;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.rest.Jobs;
import io.bisup.cli.rest.ServiceClient;
import io.bisup.contract.Json;
import io.bisup.contract.PerplexitySpec;
import io.bisup.contract.Priority;
import io.bisup.contract.PropagationSpec;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.contract.RecipeReference;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.RecipeDocument;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Registers what is needed, submits the jobs and follows them. */
final class DemoRun {

    private static final RecipeReference PLAIN = new RecipeReference.Preset("rtn-w3a3-g128");
    private static final RecipeReference SEARCHED = new RecipeReference.Preset("rtn-search-w3a3-g128");
    private static final RecipeReference LEARNED = new RecipeReference.Preset("bisup-w3a3-g128");

    /** Rounding that stores about as much as BiSup, whose branches take 3.2 bits a weight in a model as narrow as this one. */
    private static final RecipeReference SIZED = new RecipeReference.Inline(RecipeDocument.of(Json.tree(Map.of(
            "version",
            Recipe.VERSION,
            "name",
            "rtn-search-w6a3-g128",
            "base",
            "rtn-search-w3a3-g128",
            "precision",
            Map.of("weights", Map.of("bits", 6))))));

    /** Shorter than the model's context of 512, so that the prefix in front of a window fits as well. */
    private static final int WINDOW = 448;

    /** A fraction of what the recipe takes for a large model: enough for this one, and done within minutes. */
    private static final Calibration CALIBRATION = new Calibration(32, 256, 0);

    private final ServiceClient client;
    private final Path model;
    private final PrintWriter out;

    DemoRun(ServiceClient client, Path model, PrintWriter out) {
        this.client = client;
        this.model = model;
        this.out = out;
    }

    DemoTable run() {
        say("Registering the demo model and its texts");
        long bytes = new DemoInputs(new Inputs(client)).register(model);
        Jobs jobs = new Jobs(client);
        JobView plain = jobs.submit(spec(PLAIN));
        JobView searched = jobs.submit(spec(SEARCHED));
        JobView sized = jobs.submit(spec(SIZED));
        JobView learned = jobs.submit(spec(LEARNED));
        return new DemoTable(
                bytes, follow(jobs, plain), follow(jobs, searched), follow(jobs, sized), follow(jobs, learned));
    }

    private JobView follow(Jobs jobs, JobView job) {
        say(job.recipe() + ": " + client.uri("/#/jobs/" + job.id()));
        try (JobDisplay display = new JobDisplay(out, job.recipe())) {
            return new JobFollower(jobs).follow(job.id(), display);
        }
    }

    private QuantizationJobSpec spec(RecipeReference recipe) {
        return new QuantizationJobSpec(
                DemoInputs.MODEL,
                recipe,
                DemoInputs.CALIBRATION,
                CALIBRATION,
                systemPrompt(),
                List.of(
                        new PerplexitySpec(DemoInputs.STORIES, PerplexitySpec.Protocol.GPTQ, WINDOW),
                        new PerplexitySpec(DemoInputs.RECORDS, PerplexitySpec.Protocol.GPTQ, WINDOW),
                        new PropagationSpec(DemoInputs.STORIES, 4, WINDOW)),
                null,
                List.of(),
                Priority.NORMAL,
                null,
                Map.of("demo", "true"));
    }

    private String systemPrompt() {
        try {
            return Files.readString(model.resolve("system_prompt.txt")).strip();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the demo model's system prompt", e);
        }
    }

    private void say(String line) {
        out.println(line);
        out.flush();
    }
}
