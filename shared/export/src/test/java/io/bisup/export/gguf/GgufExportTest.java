package io.bisup.export.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bisup.contract.ExportFormat;
import io.bisup.export.Artifacts;
import io.bisup.export.Exports;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.ModelTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** F2 of GGUF: a reader of the test's own gives the artifact's weights, and what llama.cpp must know of model and tokenizer. */
class GgufExportTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama | {bits: 4, scope: {columns: 32}}                   | 2 | 0
            llama | {bits: 4, scope: {columns: 64}}                   | 2 | 0
            qwen2 | {bits: 8, scope: row}                             | 8 | 0
            qwen2 | {bits: 5, scope: {columns: 32}}                   | 6 | 0
            qwen3 | {bits: 4, symmetric: false, scope: {columns: 64}} | 3 | 5e-4
            """)
    void weightsAreTheArtifacts(String family, String weights, int type, double offsetError) throws IOException {
        everythingIsThere(artifact(family, weights), family, type, offsetError);
    }

    /** The K types at 256 columns a scale: all of their own factors are one. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            qwen2 | {bits: 3, scope: row}            | 11
            llama | {bits: 6, scope: {columns: 256}} | 14
            """)
    void superBlocksOfOneScaleAreTheArtifacts(String family, String weights, int type) throws IOException {
        Path artifact = Artifacts.quantized(
                Artifacts.model(folder.resolve("model"), family, false, 256, 512, 1),
                "precision: {weights: " + weights + "}",
                folder.resolve("artifact"));
        everythingIsThere(artifact, family, type, 0);
    }

    private void everythingIsThere(Path artifact, String family, int type, double offsetError) throws IOException {
        GgufReader read = new GgufReader(export(artifact).resolve("model.gguf"));
        try (StoredArtifact stored = StoredArtifact.open(artifact)) {
            int head = stored.config().headDim();
            for (int layer = 0; layer < stored.config().layers(); layer++) {
                for (BlockTensor linear : BlockSites.LINEARS) {
                    String name = GgufNames.of(linear, layer);
                    assertThat(read.tensors.get(name).type()).isEqualTo(type);
                    float[] expected = Artifacts.values(stored, linear, layer);
                    int columns = read.tensors.get(name).dimensions().getFirst().intValue();
                    boolean turned =
                            family.equals("llama") && (linear == BlockTensor.QUERY || linear == BlockTensor.KEY);
                    requireRows(read.values(name), expected, columns, turned ? head : 0, offsetError);
                }
                float[] norm = stored.tensor(BlockTensor.INPUT_NORM.name(layer)).toFloats();
                assertThat(read.values("blk." + layer + ".attn_norm.weight")).isEqualTo(norm);
            }
            assertThat(read.values("token_embd.weight"))
                    .isEqualTo(stored.tensor(ModelTensors.EMBEDDING).toFloats());
            assertThat(read.values("output.weight"))
                    .isEqualTo(stored.tensor(ModelTensors.HEAD).toFloats());
        }
    }

    /** Row 2i + t of a head is row i + t · size / 2 of ours. */
    private static void requireRows(float[] actual, float[] expected, int columns, int head, double tolerance) {
        assertThat(actual).hasSameSizeAs(expected);
        for (int i = 0; i < actual.length; i++) {
            int row = i / columns;
            int from = head == 0 ? row : row - row % head + row % head / 2 + row % 2 * head / 2;
            assertThat((double) actual[i]).isCloseTo(expected[from * columns + i % columns], within(tolerance));
        }
    }

    @Test
    void theModelAndItsTokenizerAreTold() throws IOException {
        GgufReader read = new GgufReader(
                export(artifact("llama", "{bits: 4, scope: {columns: 32}}")).resolve("model.gguf"));
        Map<String, Object> told = read.metadata;
        assertThat(told)
                .containsEntry("general.architecture", "llama")
                .containsEntry("general.file_type", 2)
                .containsEntry("llama.block_count", 2)
                .containsEntry("llama.embedding_length", 64)
                .containsEntry("llama.feed_forward_length", 96)
                .containsEntry("llama.attention.head_count", 4)
                .containsEntry("llama.attention.head_count_kv", 2)
                .containsEntry("llama.rope.dimension_count", 16)
                .containsEntry("llama.rope.freq_base", 10_000f)
                .containsEntry("tokenizer.ggml.model", "llama")
                .containsEntry("tokenizer.ggml.bos_token_id", 1)
                .containsEntry("tokenizer.ggml.eos_token_id", 2)
                .containsEntry("tokenizer.ggml.unknown_token_id", 0)
                .containsEntry("tokenizer.ggml.add_bos_token", true)
                .containsEntry("tokenizer.ggml.add_space_prefix", true);
        List<?> tokens = (List<?>) told.get("tokenizer.ggml.tokens");
        assertThat(tokens).hasSize(2048).element(1).isEqualTo("<|start_story|>");
        assertThat(((List<?>) told.get("tokenizer.ggml.token_type")).subList(0, 4))
                .isEqualTo(List.of(2, 3, 3, 1));
        // The first two merges of the file make "e▁" and "d▁".
        List<?> scores = (List<?>) told.get("tokenizer.ggml.scores");
        assertThat(scores.get(tokens.indexOf("e▁"))).isEqualTo(-1f);
        assertThat(scores.get(tokens.indexOf("d▁"))).isEqualTo(-2f);
    }

    @Test
    void whatLlamaCppCannotComputeIsRefused() throws IOException {
        Path phi = artifact("phi3", "{bits: 4, scope: {columns: 32}}");
        assertThatThrownBy(() -> export(phi))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("Llama, Mistral, Qwen 2 and Qwen 3");
    }

    @Test
    void aTokenizerThatHasNoNameIsRefused() throws IOException {
        Path artifact = artifact("llama", "{bits: 4, scope: {columns: 32}}");
        Path file = artifact.resolve("tokenizer.json");
        Files.writeString(file, Files.readString(file).replaceFirst("\"type\": ?\"BPE\"", "\"type\": \"Unigram\""));
        assertThatThrownBy(() -> export(artifact))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("tokenizer.json")
                .hasMessageContaining("Unigram");
        assertThat(folder.resolve("gguf")).doesNotExist();
    }

    private Path artifact(String family, String weights) throws IOException {
        return Artifacts.quantized(
                Artifacts.model(folder.resolve("model"), family, false),
                "precision:\n  weights: " + weights + "\n",
                folder.resolve("artifact"));
    }

    private Path export(Path artifact) {
        Path out = folder.resolve("gguf");
        Exports.write(ExportFormat.GGUF, artifact, out, ExportOptions.DEFAULT, ExportProgress.NONE);
        return out;
    }
}
