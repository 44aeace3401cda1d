package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.FailureException;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.folder.ExportRecord;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.llm.config.DecoderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is refused, and what is left behind. */
class ExportsTest {

    private static final String WEIGHTS = "precision: {weights: {bits: 4, scope: {columns: 32}}}";

    @TempDir
    Path folder;

    @Test
    void aRecipeThatTheFormatCannotSayIsRefusedByItsFields() throws IOException {
        Path artifact = artifact(WEIGHTS + "\ntransforms: [reorder]");
        assertThatThrownBy(() -> export(artifact, ExportProgress.NONE))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("/transforms/0/reorder")
                .hasMessageContaining("instead:");
        assertThat(leftBehind()).containsExactlyInAnyOrder("artifact", "model");
    }

    @Test
    void aShapeThatTheFormatCannotSayIsRefusedByItsTensor() throws IOException {
        Path artifact = artifact("precision: {weights: {bits: 4, scope: {columns: 64}}}");
        assertThatThrownBy(() -> export(artifact, ExportProgress.NONE))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("model.layers.0.mlp.down_proj.weight [64, 96]")
                .hasMessageContaining("groups of 64 do not divide its 96 columns");
        DecoderConfig config = DecoderConfig.read(folder.resolve("model"));
        Recipe recipe =
                Json.yaml("version: 2\nname: x\nprecision: {weights: {bits: 4, scope: {columns: 64}}}", Recipe.class);
        assertThatThrownBy(() -> Exports.requirePossible(ExportFormat.COMPRESSED_TENSORS, recipe, config))
                .as("before anything is quantized")
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("down_proj");
    }

    /** Whatever ends an export, its folder is whole or absent; so it is while it is being written. */
    @Test
    void aCutExportLeavesNothing() throws IOException {
        Path artifact = artifact(WEIGHTS + "\ncompensation: {rank: 4}");
        Path plain = Files.createDirectory(folder.resolve("plain"));
        Artifacts.quantized(folder.resolve("model"), WEIGHTS, plain);
        for (ExportFormat format : ExportFormat.values()) {
            Path from = format == ExportFormat.PEFT ? artifact : plain;
            int[] tensors = {0};
            assertThatThrownBy(() -> export(format, from, (written, total) -> {
                        assertThat(folder.resolve("export")).doesNotExist();
                        if (++tensors[0] == 5) {
                            throw new CancellationException("enough");
                        }
                    }))
                    .as(format.wireName())
                    .isInstanceOf(CancellationException.class);
            assertThat(leftBehind()).as(format.wireName()).containsExactlyInAnyOrder("artifact", "model", "plain");
        }
    }

    /**
     * The last group of a row may be short in an artifact. Formats of equal groups refuse it; plain numbers need no groups, and
     * GGUF repeats a scale for every 32 columns (its own test reads them back).
     */
    @Test
    void raggedGroupsAreRefusedByFormatsOfEqualGroups() throws IOException {
        Path artifact = artifact("precision: {weights: {bits: 4, scope: {columns: 64}}}\ncompensation: {rank: 4}");
        Path plain = folder.resolve("plain");
        Artifacts.quantized(folder.resolve("model"), "precision: {weights: {bits: 4, scope: {columns: 64}}}", plain);
        for (ExportFormat format : EnumSet.complementOf(EnumSet.of(ExportFormat.GGUF))) {
            Path from = format == ExportFormat.PEFT ? artifact : plain;
            if (format == ExportFormat.HF_FAKE) {
                Exports.write(
                        format,
                        from,
                        folder.resolve("export"),
                        ExportOptions.DEFAULT.withValues(ExportOptions.ValueType.FLOAT32),
                        ExportProgress.NONE);
                assertThat(Artifacts.logits(folder.resolve("export"))).isEqualTo(Artifacts.logits(from));
            } else {
                assertThatThrownBy(() -> export(format, from, ExportProgress.NONE))
                        .as(format.wireName())
                        .isInstanceOf(ExportRefusedException.class)
                        .hasMessageContaining("model.layers.0.mlp.down_proj.weight [64, 96]");
            }
        }
    }

    @Test
    void aFolderWithSomethingInItIsNotWrittenTo() throws IOException {
        Path artifact = artifact(WEIGHTS);
        Path out = Files.createDirectory(folder.resolve("export"));
        export(artifact, ExportProgress.NONE);
        assertThatThrownBy(() -> export(artifact, ExportProgress.NONE))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("is not empty");
        assertThat(out).isNotEmptyDirectory();
    }

    @Test
    void theReportNamesEveryFileAndProgressReachesItsEnd() throws IOException {
        Path artifact = artifact(WEIGHTS);
        long[] last = new long[2];
        ExportReport report = export(artifact, (written, total) -> {
            assertThat(written).isGreaterThan(last[0]);
            last[0] = written;
            last[1] = total;
        });
        assertThat(last[0]).isEqualTo(last[1]);
        assertThat(report.files())
                .contains("config.json", "model.safetensors", "tokenizer.json", "README.md", "bisup_export.json");
        assertThat(report.bytes()).isGreaterThan(last[1]);
        assertThat(ExportRecord.read(report.folder()).exportFormat()).isEqualTo(ExportFormat.COMPRESSED_TENSORS);
    }

    /** What a reader of the folder must know: scores where there are some, and whose licence holds. */
    @Test
    void theCardHasScoresAndTheSourcesLicence() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Files.writeString(model.resolve("LICENSE"), "MIT");
        Path artifact = Artifacts.quantized(model, WEIGHTS, folder.resolve("artifact"));
        Path out = folder.resolve("export");
        Exports.write(
                ExportFormat.COMPRESSED_TENSORS,
                artifact,
                out,
                ExportOptions.DEFAULT.withScores("WikiText-2, perplexity: 12.5\n"),
                ExportProgress.NONE);
        assertThat(out.resolve("LICENSE")).hasContent("MIT");
        assertThat(out.resolve("README.md"))
                .content()
                .contains("whose text is in LICENSE.", "## Scores\nWikiText-2, perplexity: 12.5", "## Recipe");
    }

    @Test
    void aFolderWithoutAnArtifactIsNone() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        assertThatThrownBy(() -> export(model, ExportProgress.NONE))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("bisup_config.json is missing");
    }

    private Path artifact(String fields) throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        return Artifacts.quantized(model, fields, folder.resolve("artifact"));
    }

    private ExportReport export(Path artifact, ExportProgress progress) {
        return export(ExportFormat.COMPRESSED_TENSORS, artifact, progress);
    }

    private ExportReport export(ExportFormat format, Path artifact, ExportProgress progress) {
        return Exports.write(format, artifact, folder.resolve("export"), ExportOptions.DEFAULT, progress);
    }

    private List<String> leftBehind() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }
}
