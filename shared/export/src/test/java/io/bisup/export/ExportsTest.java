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

    /** Whatever ends an export, its folder is whole or absent. */
    @Test
    void aCutExportLeavesNothing() throws IOException {
        Path artifact = artifact(WEIGHTS);
        int[] tensors = {0};
        assertThatThrownBy(() -> export(artifact, (written, total) -> {
                    if (++tensors[0] == 5) {
                        throw new CancellationException("enough");
                    }
                }))
                .isInstanceOf(CancellationException.class);
        assertThat(leftBehind()).containsExactlyInAnyOrder("artifact", "model");
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
        return Exports.write(
                ExportFormat.COMPRESSED_TENSORS, artifact, folder.resolve("export"), ExportOptions.DEFAULT, progress);
    }

    private List<String> leftBehind() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.map(path -> path.getFileName().toString()).toList();
        }
    }
}
