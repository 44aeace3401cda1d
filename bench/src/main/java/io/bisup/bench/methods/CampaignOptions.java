package io.bisup.bench.methods;

import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Preset;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.RecipeDocument;
import io.bisup.demo.DemoCorpus;
import io.bisup.llm.tensor.ComputeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What is measured, on which models and texts; {@code --quick} says otherwise what nothing else is said of. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class CampaignOptions {

    private static final List<String> QUICK = List.of(
            "rtn-search-w4a16-g128",
            "gptq-w4a16-g128",
            "rtn-search-w8a8",
            "smoothquant-w8a8",
            "rtn-search-w4a8-g128",
            "aser-w4a8",
            "rtn-search-w4a4-g128",
            "quarot-w4a4-g128",
            "bisup-w4a4-g128",
            "rtn-w3a3-g128",
            "rtn-search-w3a3-g128",
            "quarot-w3a3-g128",
            "bisup-w3a3-g128");
    private static final int QUICK_WINDOW = 256;
    private static final int QUICK_SAMPLES = 16;
    private static final long QUICK_BYTES = 40_000;

    @Option(names = "--quick", description = "the demo model on its own text, some presets, ten minutes on two cores")
    private boolean quick;

    @Option(
            names = "--models",
            arity = "1..*",
            paramLabel = "DIR",
            description = "checkpoint folders; the demo model unless told")
    private List<Path> models = List.of();

    @Option(names = "--presets", split = ",", description = "names; all of them unless told")
    private List<String> presets = List.of();

    @Option(
            names = "--recipes",
            split = ",",
            paramLabel = "FILE",
            description = "YAML files of recipes, behind the presets that are named")
    private List<Path> recipes = List.of();

    @Option(
            names = "--calibration",
            split = ",",
            paramLabel = "NAME[=FILE]",
            description = "wikitext2, c4, tinystories, demo, or a file by a name of your own; wikitext2 unless told")
    private List<String> calibration = List.of();

    @Option(
            names = "--evaluation",
            split = ",",
            paramLabel = "NAME[=FILE]",
            description = "the same; the first also tells the divergence from FP; wikitext2,c4 unless told")
    private List<String> evaluation = List.of();

    @Option(names = "--samples", description = "calibration windows; 32 unless told")
    private @Nullable Integer samples;

    @Option(names = "--length", description = "tokens of each; 512 unless told")
    private @Nullable Integer length;

    @Option(names = "--window", description = "tokens of an evaluation window; 512 unless told")
    private @Nullable Integer window;

    @Option(names = "--limit-bytes", description = "only so many bytes of each evaluation text; all unless told")
    private @Nullable Long limit;

    @Option(
            names = "--tasks",
            split = ",",
            description = "zero-shot tasks to score on besides, by lm-evaluation-harness's names; none unless told")
    private List<String> tasks = List.of();

    @Option(names = "--documents", defaultValue = "200", description = "documents of each task (${DEFAULT-VALUE})")
    private int documents;

    @Option(names = "--seeds", defaultValue = "1", description = "repetitions of what is learnt (${DEFAULT-VALUE})")
    private int seeds;

    @Option(
            names = "--system-prompt",
            description = "text of the prefix where a recipe asks for one; the start token without it")
    private @Nullable String systemPrompt;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Mixin
    private ReferenceData data;

    /**
     * The rows that are asked for.
     *
     * @param work folder for texts that are cut or made
     */
    List<PlannedRow> rows(Path work) throws IOException {
        Campaign campaign = campaign(data.folder(), work);
        List<PlannedRow> rows = new ArrayList<>();
        for (Path model : models.isEmpty() ? List.of(ReferenceData.demoModel()) : models) {
            ModelId id = ModelId.of(model, models.isEmpty() ? "demo" : ModelId.name(model));
            rows.addAll(
                    campaign.rows(model, id, systemPrompt == null && quick ? DemoCorpus.SYSTEM_PROMPT : systemPrompt));
        }
        return rows;
    }

    private Campaign campaign(Path reference, Path work) throws IOException {
        KnownTexts texts = new KnownTexts(reference, work);
        long bytes = limit != null ? limit : quick ? QUICK_BYTES : 0;
        List<TextFile> calibrations = new ArrayList<>();
        for (String option : told(calibration, "demo", "wikitext2")) {
            calibrations.add(texts.calibration(option));
        }
        List<TextFile> measured = new ArrayList<>();
        for (String option : told(evaluation, "demo", "wikitext2", "c4")) {
            measured.add(texts.evaluation(option).first(bytes, work));
        }
        return new Campaign(
                recipes(),
                calibrations,
                measured,
                told(samples, QUICK_SAMPLES, 32),
                told(length, QUICK_WINDOW, 512),
                seeds,
                told(window, QUICK_WINDOW, 512),
                tasks.isEmpty() ? List.of() : TaskFile.all(tasks, reference),
                documents,
                device(),
                MethodsCode.VERSION);
    }

    /** An unknown name ends the command with the names that there are. */
    private List<Recipe> recipes() throws IOException {
        Presets all = Presets.load();
        List<String> names = presets;
        if (presets.isEmpty() && recipes.isEmpty()) {
            names = quick ? QUICK : all.all().stream().map(Preset::name).toList();
        }
        List<Recipe> asked = new ArrayList<>(names.stream().map(all::get).toList());
        for (Path file : recipes) {
            asked.add(Json.yaml(Files.readString(file), RecipeDocument.class).resolve(all::get));
        }
        return asked;
    }

    private List<String> told(List<String> options, String whenQuick, String... otherwise) {
        if (!options.isEmpty()) {
            return options;
        }
        return quick ? List.of(whenQuick) : List.of(otherwise);
    }

    private int told(@Nullable Integer option, int whenQuick, int otherwise) {
        if (option != null) {
            return option;
        }
        return quick ? whenQuick : otherwise;
    }

    /** As rows name it. */
    private String device() {
        ComputeDevice parsed = ComputeDevice.parse(device);
        return parsed.isGpu() ? "cuda:" + parsed.gpu() : "cpu";
    }
}
