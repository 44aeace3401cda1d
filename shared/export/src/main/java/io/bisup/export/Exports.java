package io.bisup.export;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.Portability;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.awq.AwqExporter;
import io.bisup.export.compressed.CompressedTensorsExporter;
import io.bisup.export.fake.FakeExporter;
import io.bisup.export.folder.Staging;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.export.format.ExportWork;
import io.bisup.export.format.Exporter;
import io.bisup.export.format.ModelShape;
import io.bisup.export.format.Refusal;
import io.bisup.export.gguf.GgufExporter;
import io.bisup.export.gptq.GptqExporter;
import io.bisup.export.peft.PeftExporter;
import io.bisup.export.source.ArtifactSource;
import io.bisup.export.source.LinearShape;
import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.plan.Segment;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;

/** Writes artifacts in the formats that other programs load. It computes nothing with the tensor library. */
public final class Exports {

    private Exports() {}

    /**
     * Refuses what {@link #write} would refuse, before anything is quantized.
     *
     * @throws ExportRefusedException naming the fields of the recipe, or the tensors of the model, that the format cannot say
     * @throws io.bisup.contract.InvalidSpecException if the recipe cannot be done to the model at all
     */
    public static void requirePossible(ExportFormat format, Recipe recipe, DecoderConfig config) {
        BlockPlan plan = Planner.require(recipe, config);
        require(format, recipe, config, linear -> plan.weightSegments(0, linear));
    }

    /**
     * Writes an artifact in one format. The folder appears when all of it is written and synced, or not at all.
     *
     * @param artifact folder of an artifact of any layout
     * @param out the folder to make; it must not exist, or be empty
     * @throws ExportRefusedException when the format cannot say what the artifact holds; nothing is written then
     * @throws UncheckedIOException when a file cannot be written
     */
    public static ExportReport write(
            ExportFormat format, Path artifact, Path out, ExportOptions options, ExportProgress progress) {
        try (StoredArtifact stored = StoredArtifact.open(artifact)) {
            Recipe recipe = stored.sidecar().recipe();
            require(format, recipe, stored.config(), linear -> stored.segments(linear, 0));
            try (Staging staging = Staging.open(out)) {
                ExportWork work =
                        new ExportWork(format, new ArtifactSource(stored), staging.folder(), options, progress);
                exporter(format).write(work);
                staging.publish();
                return report(work, out);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot export " + artifact + " to " + out + ": " + e.getMessage(), e);
        }
    }

    private static void require(
            ExportFormat format, Recipe recipe, DecoderConfig config, Function<BlockTensor, List<Segment>> segments) {
        Portability portability = Portability.of(recipe, format);
        if (!portability.possible()) {
            throw ExportRefusedException.of(format, portability.obstacles());
        }
        List<Refusal> refusals =
                exporter(format).refusals(new ModelShape(config, recipe, LinearShape.of(config, segments)));
        if (!refusals.isEmpty()) {
            throw ExportRefusedException.ofShapes(format, refusals);
        }
    }

    private static Exporter exporter(ExportFormat format) {
        return switch (format) {
            case COMPRESSED_TENSORS -> new CompressedTensorsExporter();
            case GPTQ -> new GptqExporter();
            case AWQ -> new AwqExporter();
            case GGUF -> new GgufExporter();
            case PEFT -> new PeftExporter();
            case HF_FAKE -> new FakeExporter();
        };
    }

    private static ExportReport report(ExportWork work, Path out) throws IOException {
        List<Path> files;
        try (var all = Files.walk(out)) {
            files = all.filter(Files::isRegularFile).sorted().toList();
        }
        long bytes = 0;
        for (Path file : files) {
            bytes += Files.size(file);
        }
        List<String> names = files.stream()
                .map(file -> out.relativize(file).toString().replace('\\', '/'))
                .toList();
        return new ExportReport(work.format(), out, names, bytes, work.notes());
    }
}
