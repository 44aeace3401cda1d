package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.StoredPart;
import io.bisup.llm.config.TensorMap;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** F2: every weight of an export, read back by code of this test's own, is the artifact's to the bit. */
class CompressedTensorsTest {

    private static final Set<String> TOP = Set.of(
            "version",
            "quant_method",
            "sparsity_config",
            "transform_config",
            "format",
            "quantization_status",
            "global_compression_ratio",
            "ignore",
            "kv_cache_scheme",
            "config_groups");
    private static final Set<String> SCHEME =
            Set.of("targets", "weights", "input_activations", "output_activations", "format");
    private static final Set<String> ARGUMENTS = Set.of(
            "num_bits",
            "type",
            "symmetric",
            "group_size",
            "strategy",
            "block_structure",
            "dynamic",
            "actorder",
            "scale_dtype",
            "zp_dtype",
            "observer",
            "observer_kwargs");

    @TempDir
    Path folder;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama | {bits: 4, scope: {columns: 32}}                   |
            qwen2 | {bits: 4, symmetric: false, scope: {columns: 32}} |
            phi3  | {bits: 4, symmetric: false, scope: {columns: 32}} |
            qwen3 | {bits: 3, scope: {columns: 32}}                   | inputs: {bits: 4, scope: {columns: 32}}
            llama | {bits: 2, scope: {columns: 16}}                   | inputs: {bits: 8, scope: row}
            llama | {bits: 5, scope: row}                             |
            llama | {bits: 6, scope: row}                             |
            llama | {bits: 7, scope: {columns: 32}}                   |
            phi3  | {bits: 8, symmetric: false, scope: row}           |
            qwen2 | {bits: 8, scope: row}                             | inputs: {bits: 8, scope: row}
            """)
    void weightsAreTheArtifactsToTheBit(String family, String weights, String inputs) throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), family, false);
        String precision = "precision:\n  weights: " + weights + "\n" + (inputs == null ? "" : "  " + inputs + "\n");
        Path artifact = Artifacts.quantized(model, precision, folder.resolve("artifact"));
        Path out = export(artifact, ExportOptions.DEFAULT);
        everyWeightIsTheArtifacts(artifact, out, config(out));
    }

    private static void everyWeightIsTheArtifacts(Path artifact, Path out, JsonNode quantization) {
        JsonNode arguments = quantization.at("/config_groups/group_0/weights");
        try (StoredArtifact stored = StoredArtifact.open(artifact);
                Checkpoint exported = Checkpoint.open(out)) {
            TensorMap names = TensorMap.of(stored.config());
            for (int layer = 0; layer < stored.config().layers(); layer++) {
                for (BlockTensor linear : BlockSites.LINEARS) {
                    StoredPart part = names.part(linear.name(layer));
                    float[] read = new ReadBack(exported, part.tensor(), part.storedShape(), arguments).values();
                    int width = Math.toIntExact(part.storedShape().getLast());
                    int first = (int) part.firstRow() * width;
                    assertThat(Arrays.copyOfRange(read, first, first + (int) part.rows() * width))
                            .as(linear.name(layer))
                            .isEqualTo(Artifacts.values(stored, linear, layer));
                }
            }
            everythingElseIsCopied(stored, exported);
        }
    }

    /** A byte a code, whatever its bits, with the same weights: read by this test and by the engine's own reader. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            llama | {bits: 4, scope: {columns: 32}}                   | inputs: {bits: 8, scope: row}
            qwen2 | {bits: 3, scope: row}                             |
            phi3  | {bits: 8, symmetric: false, scope: {columns: 16}} |
            """)
    void naiveLayoutHoldsTheSameWeights(String family, String weights, String inputs) throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), family, false);
        String precision = "precision:\n  weights: " + weights + "\n" + (inputs == null ? "" : "  " + inputs + "\n");
        Path artifact = Artifacts.quantized(model, precision, folder.resolve("artifact"));
        Path out = export(artifact, ExportOptions.DEFAULT.withLayout(ExportOptions.Layout.NAIVE));
        JsonNode quantization = config(out);
        assertThat(quantization.get("format").asText()).isEqualTo("naive-quantized");
        assertThat(quantization.at("/config_groups/group_0/format").asText()).isEqualTo("naive-quantized");
        everyWeightIsTheArtifacts(artifact, out, quantization);
        if (inputs == null) {
            assertThat(Artifacts.logits(out)).isEqualTo(Artifacts.logits(artifact));
        }
    }

    private static void everythingElseIsCopied(StoredArtifact stored, Checkpoint exported) {
        for (String name : List.of(ModelTensors.EMBEDDING, ModelTensors.FINAL_NORM, ModelTensors.HEAD)) {
            assertThat(exported.tensor(name).toFloats())
                    .isEqualTo(stored.tensor(name).toFloats());
        }
        List<String> parameters = BlockTensor.of(stored.config()).stream()
                .filter(tensor -> !BlockSites.LINEARS.contains(tensor))
                .map(tensor -> tensor.name(1))
                .toList();
        assertThat(parameters)
                .isNotEmpty()
                .allSatisfy(name -> assertThat(exported.tensor(name).toFloats())
                        .isEqualTo(stored.tensor(name).toFloats()));
    }

    /** A reader forbids every key that it does not know inside of a scheme and its arguments. */
    @Test
    void configurationHasTheFieldsOfTheFormatAndNoOther() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Path artifact = Artifacts.quantized(
                model,
                "precision: {weights: {bits: 4, scope: {columns: 32}}, inputs: {bits: 4, scope: {columns: 32}}}",
                folder.resolve("artifact"));
        Path out = export(artifact, ExportOptions.DEFAULT);
        JsonNode quantization = config(out);
        assertThat(names(quantization)).isEqualTo(new TreeSet<>(TOP));
        JsonNode group = quantization.at("/config_groups/group_0");
        assertThat(names(group)).isEqualTo(new TreeSet<>(SCHEME));
        assertThat(names(group.get("weights"))).isEqualTo(new TreeSet<>(ARGUMENTS));
        assertThat(names(group.get("input_activations"))).isEqualTo(new TreeSet<>(ARGUMENTS));
        assertThat(quantization.get("format").asText()).isEqualTo("pack-quantized");
        assertThat(quantization.get("ignore").toString()).isEqualTo("[\"lm_head\"]");
        assertThat(group.get("input_activations").toString())
                .contains("\"num_bits\":4", "\"strategy\":\"group\"", "\"group_size\":32", "\"dynamic\":true");
        assertThat(Files.readString(out.resolve("README.md"))).contains("vllm.entrypoints", "max|x| / 7.5");
    }

    /** Eight bits on both sides by row and token have a layout of their own. */
    @Test
    void eightBitsAreBytes() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Path artifact = Artifacts.quantized(
                model,
                "precision: {weights: {bits: 8, scope: row}, inputs: {bits: 8, scope: row}}",
                folder.resolve("artifact"));
        Path out = export(artifact, ExportOptions.DEFAULT);
        assertThat(config(out).get("format").asText()).isEqualTo("int-quantized");
        try (Checkpoint exported = Checkpoint.open(out)) {
            TensorView codes = exported.tensor("model.layers.0.mlp.down_proj.weight");
            assertThat(codes.dtype()).isEqualTo(DType.I8);
            assertThat(exported.tensor("model.layers.0.mlp.down_proj.weight_scale")
                            .shape())
                    .isEqualTo(List.of(64L, 1L));
            assertThat(exported.names()).noneMatch(name -> name.endsWith("weight_packed"));
        }
    }

    /** Several files with an index hold what one does, and the index is right. */
    @Test
    void shardsHoldTheSame() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", false);
        Path artifact = Artifacts.quantized(
                model, "precision: {weights: {bits: 4, scope: {columns: 32}}}", folder.resolve("artifact"));
        Path one = export(artifact, ExportOptions.DEFAULT);
        Path many = folder.resolve("many");
        Exports.write(
                ExportFormat.COMPRESSED_TENSORS,
                artifact,
                many,
                ExportOptions.DEFAULT.withShardBytes(100_000),
                ExportProgress.NONE);
        assertThat(many.resolve("model.safetensors.index.json")).exists();
        try (Checkpoint whole = Checkpoint.open(one);
                Checkpoint parts = Checkpoint.open(many)) {
            assertThat(parts.names()).isEqualTo(whole.names());
            assertThat(parts.names())
                    .allSatisfy(name -> assertThat(parts.tensor(name).data().toArray(ValueLayout.JAVA_BYTE))
                            .isEqualTo(whole.tensor(name).data().toArray(ValueLayout.JAVA_BYTE)));
        }
    }

    private Path export(Path artifact, ExportOptions options) {
        Path out = folder.resolve("export");
        Exports.write(ExportFormat.COMPRESSED_TENSORS, artifact, out, options, ExportProgress.NONE);
        return out;
    }

    private static JsonNode config(Path out) throws IOException {
        return Json.mapper()
                .readTree(Files.readString(out.resolve("config.json")))
                .get("quantization_config");
    }

    private static Set<String> names(JsonNode node) {
        Set<String> names = new TreeSet<>();
        node.fieldNames().forEachRemaining(names::add);
        return names;
    }

    /** One linear of an export, read as the format's page says. */
    private record ReadBack(Checkpoint exported, String weight, List<Long> shape, JsonNode arguments) {

        float[] values() {
            int rows = Math.toIntExact(shape.getFirst());
            int columns = Math.toIntExact(shape.getLast());
            int bits = arguments.get("num_bits").asInt();
            int width = arguments.get("strategy").asText().equals("group")
                    ? arguments.get("group_size").asInt()
                    : columns;
            int groups = columns / width;
            int offset = 1 << (bits - 1);
            String stem = weight.substring(0, weight.length() - ".weight".length());
            TensorView scaleView = exported.tensor(stem + ".weight_scale");
            assertThat(scaleView.shape()).isEqualTo(List.of((long) rows, (long) groups));
            assertThat(scaleView.dtype()).isEqualTo(DType.BF16);
            float[] scales = scaleView.toFloats();
            int[] codes = codes(stem, rows, columns, bits, offset);
            int[] zeros = new int[rows * groups];
            if (!arguments.get("symmetric").asBoolean()
                    && exported.find(stem + ".weight").isPresent()) {
                byte[] bytes =
                        exported.tensor(stem + ".weight_zero_point").data().toArray(ValueLayout.JAVA_BYTE);
                Arrays.setAll(zeros, i -> bytes[i]);
            } else if (!arguments.get("symmetric").asBoolean()) {
                byte[] packed = BitStrings.unpackColumns(
                        words(stem + ".weight_zero_point", (rows * bits + 31) / 32, groups), rows, groups, bits);
                for (int i = 0; i < zeros.length; i++) {
                    zeros[i] = (packed[i] & 0xFF) - offset;
                }
            }
            float[] values = new float[rows * columns];
            for (int i = 0; i < values.length; i++) {
                int group = i / columns * groups + i % columns / width;
                values[i] = (codes[i] - zeros[group]) * scales[group];
                assertThat(scales[group]).isPositive();
            }
            return values;
        }

        private int[] codes(String stem, int rows, int columns, int bits, int offset) {
            int[] codes = new int[rows * columns];
            TensorView plain = exported.find(stem + ".weight").orElse(null);
            if (plain != null) {
                byte[] bytes = plain.data().toArray(ValueLayout.JAVA_BYTE);
                Arrays.setAll(codes, i -> bytes[i]);
                return codes;
            }
            assertThat(exported.tensor(stem + ".weight_shape").toLongs()).containsExactly(rows, columns);
            byte[] unpacked = BitStrings.unpack(
                    words(stem + ".weight_packed", rows, (columns * bits + 31) / 32), rows, columns, bits);
            Arrays.setAll(codes, i -> (unpacked[i] & 0xFF) - offset);
            return codes;
        }

        private int[] words(String name, long height, long width) {
            TensorView view = exported.tensor(name);
            assertThat(view.dtype()).isEqualTo(DType.I32);
            assertThat(view.shape()).isEqualTo(List.of(height, width));
            return view.data().toArray(ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN));
        }
    }
}
