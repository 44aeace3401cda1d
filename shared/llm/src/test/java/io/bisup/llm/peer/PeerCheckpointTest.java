package io.bisup.llm.peer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.TestDevice;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A packed folder is the model of its dequantized weights, to the last bit of every logit. */
class PeerCheckpointTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource({"2, true, 32", "3, true, 0", "4, false, 32", "5, true, 32", "6, true, 64", "7, true, 0", "8, false, 32"
    })
    void compressedTensors(int bits, boolean symmetric, int group) throws IOException {
        new PeerCheckpoint(bits, symmetric, group)
                .write(
                        folder,
                        """
                        {"quant_method": "compressed-tensors", "format": "pack-quantized", "ignore": ["lm_head"],
                         "config_groups": {"group_0": {"targets": ["Linear"], "weights":
                          {"num_bits": %d, "type": "int", "symmetric": %b, "strategy": "%s", "group_size": %s}}}}""".formatted(bits, symmetric, group == 0 ? "channel" : "group", group == 0 ? "null" : group),
                        PeerWriters.packQuantized(bits, symmetric));
        requireSameLogits();
    }

    @ParameterizedTest
    @CsvSource({
        "2, true, 32, gptq, false, true",
        "3, true, 32, gptq, false, true",
        "3, false, 32, gptq, false, true",
        "3, false, 32, gptq_v2, true, true",
        "4, true, -1, gptq, false, false",
        "4, false, 32, gptq, true, true",
        "4, false, 16, gptq_v2, true, true",
        "8, false, 64, gptq, false, true"
    })
    void gptq(int bits, boolean symmetric, int group, String version, boolean ordered, boolean withIndex)
            throws IOException {
        PeerCheckpoint checkpoint = new PeerCheckpoint(bits, symmetric, Math.max(group, 0));
        (ordered ? checkpoint.ordered() : checkpoint)
                .write(
                        folder,
                        """
                        {"quant_method": "gptq", "bits": %d, "group_size": %d, "desc_act": %b, "sym": %b, "lm_head": false,
                         "checkpoint_format": "%s", "damp_percent": 0.01}""".formatted(bits, group, ordered, symmetric, version),
                        PeerWriters.gptq(bits, version.equals("gptq") ? 1 : 0, withIndex));
        requireSameLogits();
    }

    @ParameterizedTest
    @CsvSource({"32", "-1"})
    void awq(int group) throws IOException {
        new PeerCheckpoint(4, false, Math.max(group, 0)).write(folder, """
                        {"quant_method": "awq", "bits": 4, "group_size": %d, "zero_point": true, "version": "gemm",
                         "modules_to_not_convert": ["lm_head"]}""".formatted(group), PeerWriters.awq());
        requireSameLogits();
    }

    private void requireSameLogits() {
        float[] packed = logits("packed");
        assertThat(packed).isEqualTo(logits("plain"));
        assertThat(packed).doesNotContain(Float.NaN);
    }

    private float[] logits(String name) {
        try (OpenModel opened = ModelFolder.open(folder.resolve(name), TestDevice.runtime());
                NDArray logits = opened.model().forward(RandomModel.ids(20))) {
            return logits.toFloatArray();
        }
    }
}
