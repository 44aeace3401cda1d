package io.bisup.bench.profile;

import io.bisup.bench.methods.FittedRecipe;
import io.bisup.bench.methods.KnownTexts;
import io.bisup.bench.methods.ModelId;
import io.bisup.bench.methods.ReferenceData;
import io.bisup.contract.Folders;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Calibration;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Where a quantization's time goes. */
@Command(
        name = "profile",
        description = "Quantizes a model with a profiler beside it; prints each phase's share of the time as a table in"
                + " Markdown and writes a flame graph.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class ProfileCommand implements Callable<Integer> {

    @Option(names = "--model", paramLabel = "DIR", description = "checkpoint folder; the demo model unless told")
    private @Nullable Path model;

    @Option(names = "--preset", defaultValue = "bisup-w3a3-g128", description = "name of a preset (${DEFAULT-VALUE})")
    private String preset;

    @Option(
            names = "--calibration",
            defaultValue = "demo",
            paramLabel = "NAME[=FILE]",
            description = "wikitext2, c4, tinystories, demo, or a file by a name of your own (${DEFAULT-VALUE})")
    private String calibration;

    @Option(names = "--samples", defaultValue = "16", description = "calibration windows (${DEFAULT-VALUE})")
    private int samples;

    @Option(names = "--length", defaultValue = "256", description = "tokens of each (${DEFAULT-VALUE})")
    private int length;

    @Option(
            names = "--blocks",
            defaultValue = "0",
            description = "ends behind so many blocks, which cost alike; 0 for all (${DEFAULT-VALUE})")
    private int blocks;

    @Option(
            names = "--interval",
            defaultValue = "10",
            description = "milliseconds between two samples (${DEFAULT-VALUE})")
    private int interval;

    @Option(names = "--device", defaultValue = "cpu", description = "auto, cpu or cuda:N (${DEFAULT-VALUE})")
    private String device;

    @Mixin
    private ReferenceData data;

    @Option(names = "--flames", paramLabel = "FILE", description = "the flame graph; profile-PRESET.html unless told")
    private @Nullable Path flames;

    @Spec
    private CommandSpec spec;

    /** Ends a run behind the blocks that were asked for. */
    private static final class Enough extends RuntimeException {
        private static final long serialVersionUID = 1;

        Enough() {
            super(null, null, false, false);
        }
    }

    @Override
    public Integer call() throws IOException {
        Path checkpoint = model == null ? ReferenceData.demoModel() : model;
        Path target = flames == null ? Path.of("profile-" + preset + ".html") : flames;
        Path work = Files.createTempDirectory("bisup-profile");
        try (TensorRuntime runtime = TensorRuntime.openForProfiling(ComputeDevice.parse(device))) {
            FolderQuantization.Request request = request(checkpoint, work);
            long started = System.nanoTime();
            try (WallProfile profile = new WallProfile(interval)) {
                quantize(runtime, request, Files.createDirectory(work.resolve("artifact")));
                double seconds = (System.nanoTime() - started) / 1e9;
                List<Stack> stacks = profile.stop(target, request.recipe().name());
                PrintWriter out = spec.commandLine().getOut();
                out.print(new Phases(stacks).table(seconds));
                out.println();
                out.println("Flame graph: " + target);
                out.flush();
            }
        } finally {
            Folders.delete(work);
        }
        return 0;
    }

    private FolderQuantization.Request request(Path checkpoint, Path work) throws IOException {
        Recipe recipe = FittedRecipe.of(
                Presets.load().get(preset),
                new Calibration(samples, length, 0),
                DecoderConfig.read(checkpoint).hiddenSize());
        String text = new KnownTexts(data.folder(), work).calibrationText(calibration);
        return new FolderQuantization.Request(checkpoint, ModelId.of(checkpoint).sha256(), recipe, text, null, length);
    }

    private void quantize(TensorRuntime runtime, FolderQuantization.Request request, Path target) {
        int[] finished = {0};
        try {
            new FolderQuantization(runtime, Control.NONE).run(request, target, List.of(), (shard, report) -> {
                finished[0]++;
                if (finished[0] == blocks) {
                    throw new Enough();
                }
            });
        } catch (Enough _) {
            // As asked.
        }
    }
}
