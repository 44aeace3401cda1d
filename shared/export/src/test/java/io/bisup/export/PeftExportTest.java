package io.bisup.export;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportOptions.ValueType;
import io.bisup.export.format.ExportProgress;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorView;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Base and adapter together are the artifact's weights with their branches. */
class PeftExportTest {

    @TempDir
    Path folder;

    /** Two rows of a scale have no packed form: the base is plain numbers, which this test can add to. */
    @ParameterizedTest
    @ValueSource(strings = {"llama", "phi3"})
    void baseAndAdapterAreTheMergedWeights(String family) throws IOException {
        Path artifact = artifact(family, "{bits: 4, scope: {columns: 32, rows: 2}}");
        Path merged = export(ExportFormat.HF_FAKE, artifact);
        Path parts = export(ExportFormat.PEFT, artifact);
        try (Checkpoint whole = Checkpoint.open(merged);
                Checkpoint base = Checkpoint.open(parts.resolve("base"));
                SafetensorsFile adapter = SafetensorsFile.open(parts.resolve("adapter/adapter_model.safetensors"))) {
            int linears = family.equals("phi3") ? 4 : 7;
            assertThat(adapter.header().tensors()).hasSize(2 * 2 * linears);
            for (String name : adapter.header().tensors().keySet()) {
                if (name.endsWith(".lora_A.weight")) {
                    String module =
                            name.substring("base_model.model.".length(), name.length() - ".lora_A.weight".length());
                    TensorView in = adapter.tensor(name).orElseThrow();
                    TensorView out =
                            adapter.tensor(name.replace("lora_A", "lora_B")).orElseThrow();
                    float[] sum = added(base.tensor(module + ".weight").toFloats(), in, out);
                    assertThat(sum)
                            .as(module)
                            .containsExactly(whole.tensor(module + ".weight").toFloats(), within());
                }
            }
        }
    }

    @Test
    void theAdapterSaysHowItIsApplied() throws IOException {
        Path artifact = artifact("llama", "{bits: 4, scope: {columns: 32}}");
        Path parts = export(ExportFormat.PEFT, artifact);
        JsonNode config = Json.mapper().readTree(Files.readString(parts.resolve("adapter/adapter_config.json")));
        assertThat(config.get("peft_type").asText()).isEqualTo("LORA");
        assertThat(config.get("r")).isEqualTo(config.get("lora_alpha"));
        assertThat(config.get("r").asInt()).isEqualTo(4);
        assertThat(config.get("target_modules")).hasSize(7);
        JsonNode base = Json.mapper().readTree(Files.readString(parts.resolve("base/config.json")));
        assertThat(base.at("/quantization_config/format").asText()).isEqualTo("pack-quantized");
        assertThat(Files.readString(parts.resolve("README.md")))
                .contains("library_name: \"peft\"", "--max-lora-rank 8", "--lora-modules model=./adapter", "## Recipe");
    }

    private Path artifact(String family, String weights) throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), family, false);
        return Artifacts.quantized(
                model, "precision: {weights: " + weights + "}\ncompensation: {rank: 4}", folder.resolve("artifact"));
    }

    private Path export(ExportFormat format, Path artifact) {
        Path out = folder.resolve(format.wireName());
        Exports.write(format, artifact, out, ExportOptions.DEFAULT.withValues(ValueType.FLOAT32), ExportProgress.NONE);
        return out;
    }

    private static org.assertj.core.data.Offset<Float> within() {
        return org.assertj.core.data.Offset.offset(1e-6f);
    }

    private static float[] added(float[] weight, TensorView in, TensorView out) {
        List<Long> shape = in.shape();
        int rank = Math.toIntExact(shape.getFirst());
        int columns = Math.toIntExact(shape.getLast());
        float[] a = in.toFloats();
        float[] b = out.toFloats();
        for (int i = 0; i < weight.length; i++) {
            double sum = weight[i];
            for (int k = 0; k < rank; k++) {
                sum += (double) b[i / columns * rank + k] * a[k * columns + i % columns];
            }
            weight[i] = (float) sum;
        }
        return weight;
    }
}
