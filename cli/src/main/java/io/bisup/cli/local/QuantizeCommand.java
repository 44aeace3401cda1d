package io.bisup.cli.local;

import io.bisup.cli.ExitCode;
import io.bisup.cli.FormatConverter;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.BlockReport;
import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Json;
import io.bisup.data.DatasetException;
import io.bisup.data.TextDataset;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.export.FolderDigest;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Quantizes a model folder into an artifact folder. */
@Command(
        name = "quantize",
        description = "Quantize a Hugging Face checkpoint folder into an artifact folder.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class QuantizeCommand implements Callable<Integer> {

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "checkpoint folder")
    private Path model;

    @Option(names = "--recipe", required = true, paramLabel = "NAME|FILE", description = "preset, or a YAML file")
    private String recipe;

    @Option(names = "--calibration", required = true, paramLabel = "FILE", description = "text to calibrate on")
    private Path calibration;

    @Option(names = "--format", converter = FormatConverter.class, description = FormatConverter.DESCRIPTION)
    private @Nullable DatasetFormat format;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "new or empty artifact folder")
    private Path out;

    @Option(names = "--samples", description = "calibration windows, instead of the recipe's")
    private @Nullable Integer samples;

    @Option(names = "--sequence-length", description = "tokens of each window, instead of the recipe's")
    private @Nullable Integer sequenceLength;

    @Option(names = "--system-prompt", description = "text whose keys and values stay exact, where the recipe says so")
    private @Nullable String systemPrompt;

    @Option(names = "--device", defaultValue = "auto", description = "auto, cpu or cuda:N")
    private String device;

    @Option(
            names = "--compute",
            description = "auto, float32 or bfloat16 for the matrix products of calibration and training; by default"
                    + " float32 on a CPU and bfloat16 on a GPU")
    private @Nullable String compute;

    @Option(names = "--json", description = "one JSON object per block, and one at the end")
    private boolean json;

    @Spec
    private CommandSpec spec;

    private double inBlocks;

    @Override
    public Integer call() {
        long started = System.nanoTime();
        FolderQuantization.Request request = new FolderQuantization.Request(
                folder(model),
                FolderDigest.sha256(model),
                new LocalRecipe(recipe, samples, sequenceLength).resolve(),
                calibrationText(),
                systemPrompt,
                0);
        prepare();
        FolderQuantization.Result result = Engine.onDevice(device, compute, runtime -> quantize(runtime, request));
        finish(result, (System.nanoTime() - started) / 1e9);
        return ExitCode.OK;
    }

    private FolderQuantization.Result quantize(TensorRuntime runtime, FolderQuantization.Request request) {
        int blocks = DecoderConfig.read(model).layers();
        return new FolderQuantization(runtime, Control.NONE)
                .run(request, out, List.of(), (shard, report) -> show(report, blocks));
    }

    private void show(BlockReport report, int blocks) {
        inBlocks += report.seconds();
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(
                json
                        ? Json.write(report)
                        : String.format(
                                Locale.ROOT,
                                "block %d: loss %.4g -> %.4g, relative error %.4f, %.1f s%s",
                                report.block(),
                                report.lossBefore(),
                                report.lossAfter(),
                                report.relativeError(),
                                report.seconds(),
                                timeLeft(report.block() + 1, blocks)));
        if (!json) {
            report.notes().forEach(note -> writer.println("note: " + note));
        }
        writer.flush();
    }

    /** By the mean of the blocks so far; nothing behind the last. */
    private String timeLeft(int done, int blocks) {
        return done == blocks
                ? ""
                : String.format(
                        Locale.ROOT, ", %d of %d, about %.0f s left", done, blocks, inBlocks / done * (blocks - done));
    }

    private void finish(FolderQuantization.Result result, double seconds) {
        Map<String, Object> summary = new TreeMap<>();
        summary.put("artifact", out.toString());
        summary.put("blocks", result.blocks().size());
        summary.put("bytes", bytes());
        summary.put("prefixTokens", result.prefixTokenIds().size());
        summary.put("seconds", seconds);
        PrintWriter writer = spec.commandLine().getOut();
        writer.println(
                json ? Json.write(summary) : String.format(Locale.ROOT, "%s: %d bytes, %.1f s", out, bytes(), seconds));
        writer.flush();
    }

    private static Path folder(Path path) {
        if (!Files.isDirectory(path)) {
            throw new UserErrorException("--model " + path + " is no folder; give a Hugging Face checkpoint folder");
        }
        return path;
    }

    private String calibrationText() {
        try {
            DatasetFormat read = format == null ? DatasetFormat.ofFileName(calibration.toString()) : format;
            return TextDataset.read(calibration, "--calibration " + calibration, read)
                    .text();
        } catch (DatasetException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()));
        }
    }

    private void prepare() {
        try {
            Files.createDirectories(out);
            try (Stream<Path> content = Files.list(out)) {
                if (content.findAny().isPresent()) {
                    throw new UserErrorException("--out " + out + " is not empty; name a new folder");
                }
            }
        } catch (IOException e) {
            throw new UserErrorException("--out " + out + " cannot be made (" + e + ")");
        }
    }

    private long bytes() {
        try (Stream<Path> files = Files.list(out)) {
            return files.mapToLong(file -> file.toFile().length()).sum();
        } catch (IOException e) {
            throw new UserErrorException("--out " + out + " cannot be listed (" + e + ")");
        }
    }
}
