package io.bisup.bench.methods;

import io.bisup.contract.Folders;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Preset;
import io.bisup.llm.tensor.ComputeDevice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Every method beside every other: what was lost, what is stored and what it takes, as a page and a file. */
@Command(
        name = "methods",
        description = "Measures presets on models and writes results.md and results.json. A row that is in the file is"
                + " not measured again; each row is a process of its own.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class MethodsCommand implements Callable<Integer> {

    @Option(
            names = "--models",
            arity = "1..*",
            paramLabel = "DIR",
            description = "checkpoint folders; the demo model unless told")
    private List<Path> models = List.of();

    @Option(names = "--presets", split = ",", description = "names; all of them unless told")
    private List<String> presets = List.of();

    @Option(
            names = "--calibration",
            split = ",",
            paramLabel = "NAME[=FILE]",
            defaultValue = "wikitext2",
            description = "wikitext2, c4, tinystories, demo, or a file by a name of your own (${DEFAULT-VALUE})")
    private List<String> calibration = List.of();

    @Option(
            names = "--evaluation",
            split = ",",
            paramLabel = "NAME[=FILE]",
            defaultValue = "wikitext2,c4",
            description = "the same; the first also tells the divergence from FP (${DEFAULT-VALUE})")
    private List<String> evaluation = List.of();

    @Option(names = "--samples", defaultValue = "32", description = "calibration windows (${DEFAULT-VALUE})")
    private int samples;

    @Option(names = "--length", defaultValue = "512", description = "tokens of each (${DEFAULT-VALUE})")
    private int length;

    @Option(names = "--window", defaultValue = "512", description = "tokens of an evaluation window (${DEFAULT-VALUE})")
    private int window;

    @Option(
            names = "--limit-bytes",
            defaultValue = "0",
            description = "only so many bytes of each evaluation text; 0: all")
    private long limit;

    @Option(names = "--seeds", defaultValue = "1", description = "repetitions of what is learnt (${DEFAULT-VALUE})")
    private int seeds;

    @Option(names = "--only-missing", description = "keep rows that were measured by another version of the code")
    private boolean onlyMissing;

    @Option(
            names = "--system-prompt",
            description = "text of the prefix where a recipe asks for one; the start token without it")
    private @Nullable String systemPrompt;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Option(names = "--data", paramLabel = "DIR", description = "folder of reference data")
    private @Nullable Path data;

    @Option(names = "--out", paramLabel = "DIR", description = "folder of the page; docs unless told")
    private @Nullable Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Path home = Path.of(System.getProperty("bisup.home", "."));
        Path target = Files.createDirectories(out == null ? home.resolve("docs") : out);
        Path work = Files.createTempDirectory("bisup-methods");
        try {
            ResultsFile file = new ResultsFile(target.resolve("results.json"));
            String main = spec.root().userObject().getClass().getName();
            List<String> failed = new Measuring(
                            file,
                            Measuring.processes(main, work),
                            spec.commandLine().getOut(),
                            InstantSource.system())
                    .run(planned(home, work), onlyMissing);
            return failed.isEmpty() ? 0 : 1;
        } finally {
            Folders.delete(work);
        }
    }

    private List<PlannedRow> planned(Path home, Path work) throws IOException {
        Campaign campaign = campaign(home, work);
        List<PlannedRow> rows = new ArrayList<>();
        for (Path model : models.isEmpty() ? List.of(home.resolve("demo-model/model")) : models) {
            String name = model.toAbsolutePath().normalize().getFileName().toString();
            rows.addAll(campaign.rows(model, ModelId.of(model, name), systemPrompt));
        }
        return rows;
    }

    private Campaign campaign(Path home, Path work) throws IOException {
        Path reference = data == null
                ? Path.of(System.getProperty(
                        KnownTexts.PROPERTY, home.resolve("../shared").toString()))
                : data;
        KnownTexts texts = new KnownTexts(reference, work);
        List<TextFile> calibrations = new ArrayList<>();
        for (String option : calibration) {
            calibrations.add(texts.calibration(option));
        }
        List<TextFile> measured = new ArrayList<>();
        for (String option : evaluation) {
            measured.add(texts.evaluation(option).first(limit, work));
        }
        return new Campaign(
                presets.isEmpty()
                        ? Presets.load().all().stream().map(Preset::name).toList()
                        : presets,
                calibrations,
                measured,
                samples,
                length,
                seeds,
                window,
                device(),
                MethodsCode.VERSION);
    }

    /** As rows name it. */
    private String device() {
        ComputeDevice parsed = ComputeDevice.parse(device);
        return parsed.isGpu() ? "cuda:" + parsed.gpu() : "cpu";
    }
}
