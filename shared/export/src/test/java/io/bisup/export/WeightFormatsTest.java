package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.StoredPart;
import io.bisup.llm.config.TensorMap;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** F2 of GPTQ and AWQ: weights read back by code of this test's own are the artifact's, and so are the logits of the folder. */
class WeightFormatsTest {

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama | {bits: 4, scope: {columns: 32}}                   | gptq
            qwen2 | {bits: 4, symmetric: false, scope: {columns: 32}} | gptq_v2
            phi3  | {bits: 3, scope: {columns: 32}}                   | gptq
            qwen3 | {bits: 2, symmetric: false, scope: {columns: 16}} | gptq_v2
            llama | {bits: 8, scope: row}                             | gptq
            """)
    void gptqHoldsTheArtifactsWeights(String family, String weights, String version) throws IOException {
        Path artifact = artifact(family, weights);
        Path out = export(ExportFormat.GPTQ, artifact);
        JsonNode config = Json.mapper().readTree(Files.readString(out.resolve("config.json")));
        JsonNode scheme = config.path("quantization_config");
        assertThat(scheme.path("checkpoint_format").asText()).isEqualTo(version);
        assertThat(scheme.path("desc_act").asBoolean(true)).isFalse();
        assertThat(Json.mapper().readTree(Files.readString(out.resolve("quantize_config.json"))))
                .isEqualTo(scheme);
        int bits = scheme.path("bits").asInt();
        int less = version.equals("gptq") ? 1 : 0;
        eachWeight(artifact, out, (tensors, module, rows, columns) -> {
            TensorView scales = tensors.tensor(module + ".scales");
            int groups = scales.shape().getFirst().intValue();
            byte[] codes = BitStrings.unpackColumns(
                    words(tensors, module + ".qweight"), /* rows= */ columns, /* columns= */ rows, bits);
            byte[] zeros = BitStrings.unpack(words(tensors, module + ".qzeros"), groups, rows, bits);
            for (int i = 0; i < zeros.length; i++) {
                zeros[i] += (byte) less;
            }
            long[] index = tensors.tensor(module + ".g_idx").toLongs();
            assertThat(index).hasSize(columns).isSorted();
            return dequantized(codes, zeros, scales.toFloats(), rows, index);
        });
        assertThat(same(Artifacts.logits(out), Artifacts.logits(artifact))).isTrue();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama | {bits: 4, symmetric: false, scope: {columns: 32}}
            phi3  | {bits: 4, scope: {columns: 16}}
            """)
    void awqHoldsTheArtifactsWeights(String family, String weights) throws IOException {
        Path artifact = artifact(family, weights);
        Path out = export(ExportFormat.AWQ, artifact);
        eachWeight(artifact, out, (tensors, module, rows, columns) -> {
            TensorView scales = tensors.tensor(module + ".scales");
            int groups = scales.shape().getFirst().intValue();
            byte[] codes = inOrder(BitStrings.unpack(
                    words(tensors, module + ".qweight"), /* rows= */ columns, /* columns= */ rows, 4));
            byte[] zeros = inOrder(BitStrings.unpack(words(tensors, module + ".qzeros"), groups, rows, 4));
            long[] index = new long[columns];
            Arrays.setAll(index, column -> column / (columns / groups));
            return dequantized(codes, zeros, scales.toFloats(), rows, index);
        });
        assertThat(same(Artifacts.logits(out), Artifacts.logits(artifact))).isTrue();
    }

    @Test
    void whatFillsNoWordIsRefused() throws IOException {
        Path artifact = artifact("llama", "{bits: 3, scope: {columns: 40}}");
        assertThatThrownBy(() -> export(ExportFormat.GPTQ, artifact))
                .isInstanceOf(ExportRefusedException.class)
                .hasMessageContaining("groups of 40 do not divide its 64 columns");
        assertThat(folder.resolve("gptq")).doesNotExist();
    }

    /** (code − zero) · scale of tensors that run [columns or groups, rows], turned to [rows, columns]. */
    private static float[] dequantized(byte[] codes, byte[] zeros, float[] scales, int rows, long[] groupOf) {
        float[] values = new float[codes.length];
        for (int column = 0; column < groupOf.length; column++) {
            for (int row = 0; row < rows; row++) {
                int at = (int) groupOf[column] * rows + row;
                values[row * groupOf.length + column] =
                        ((codes[column * rows + row] & 0xFF) - (zeros[at] & 0xFF)) * scales[at];
            }
        }
        return values;
    }

    /** Nibble k of a word holds channel order[k]. */
    private static byte[] inOrder(byte[] nibbles) {
        int[] order = {0, 2, 4, 6, 1, 3, 5, 7};
        byte[] channels = new byte[nibbles.length];
        for (int i = 0; i < nibbles.length; i++) {
            channels[i - i % 8 + order[i % 8]] = nibbles[i];
        }
        return channels;
    }

    @FunctionalInterface
    private interface ReadBack {
        float[] values(Checkpoint tensors, String module, int rows, int columns);
    }

    private static void eachWeight(Path artifact, Path out, ReadBack read) {
        try (StoredArtifact stored = StoredArtifact.open(artifact);
                Checkpoint exported = Checkpoint.open(out)) {
            TensorMap names = TensorMap.of(stored.config());
            for (int layer = 0; layer < stored.config().layers(); layer++) {
                for (BlockTensor linear : BlockSites.LINEARS) {
                    StoredPart part = names.part(linear.name(layer));
                    int rows = part.storedShape().getFirst().intValue();
                    int columns = part.storedShape().getLast().intValue();
                    float[] whole = read.values(exported, part.tensor().replace(".weight", ""), rows, columns);
                    int first = (int) part.firstRow() * columns;
                    float[] mine = Arrays.copyOfRange(whole, first, first + (int) part.rows() * columns);
                    assertThat(same(mine, Artifacts.values(stored, linear, layer)))
                            .as(linear.name(layer))
                            .isTrue();
                }
            }
        }
    }

    private static boolean same(float[] a, float[] b) {
        for (int i = 0; i < a.length; i++) {
            if (a[i] != b[i]) {
                return false;
            }
        }
        return a.length == b.length;
    }

    private static int[] words(Checkpoint tensors, String name) {
        return tensors.tensor(name).data().toArray(ValueLayout.JAVA_INT_UNALIGNED);
    }

    private Path artifact(String family, String weights) throws IOException {
        return Artifacts.quantized(
                Artifacts.model(folder.resolve("model"), family, false),
                "precision:\n  weights: " + weights + "\n",
                folder.resolve("artifact"));
    }

    private Path export(ExportFormat format, Path artifact) {
        Path out = folder.resolve(format.wireName());
        Exports.write(format, artifact, out, ExportOptions.DEFAULT, ExportProgress.NONE);
        return out;
    }
}
