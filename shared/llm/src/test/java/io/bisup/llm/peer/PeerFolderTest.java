package io.bisup.llm.peer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.net.URISyntaxException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Folders that llm-compressor wrote give the logits that transformers computes from them; see the README beside them. */
class PeerFolderTest {

    private static final double LARGEST_DIFFERENCE = 5e-5;

    private final TensorRuntime runtime = TestDevice.runtime();

    @ParameterizedTest
    @ValueSource(strings = {"w4a16-group", "w4a16-asymmetric", "w3a16-channel"})
    void packedWeightsGiveTheLogitsOfTransformers(String name) {
        Logits logits = Logits.of(name, runtime);
        assertThat(largestDifference(logits.ours(), logits.theirs()))
                .isLessThan(runtime.device().isGpu() ? 0.3 : LARGEST_DIFFERENCE);
    }

    /**
     * Rounding of inputs is no continuous function: by the reader's rule the largest negative value of a group lies between two
     * codes, and its last bit decides. Inputs scaled by 1 + 2^-22 move transformers' own logits by up to 0.6 of what rounding the
     * inputs moves them at all; our rule instead of theirs moves them by more than all of it, exact inputs by all of it.
     */
    @ParameterizedTest
    @ValueSource(strings = {"w8a8", "w8a8-asymmetric", "w4a4-token", "w4a4-group", "mixed"})
    void inputsAreRoundedAsTransformersDoes(String name) {
        Logits logits = Logits.of(name, runtime);
        double rounding = distance(logits.exactInputs(), logits.theirs());
        assertThat(distance(logits.ours(), logits.theirs())).isLessThan(0.75 * rounding);
    }

    @Test
    void theRuleOfTheirInputsIsTheirs() {
        try (SafetensorsFile file = SafetensorsFile.open(resource("inputs.safetensors"));
                NDArray x = file.tensor("x").orElseThrow().load(runtime.manager())) {
            for (int bits = 2; bits <= 8; bits++) {
                for (boolean symmetric : new boolean[] {true, false}) {
                    for (int group : new int[] {0, 32}) {
                        String name =
                                bits + (symmetric ? ".symmetric." : ".asymmetric.") + (group == 0 ? "token" : "group");
                        try (NDArray ours = QuantKernels.fakeHalfSpan(
                                runtime.kernels(), x, new PeerInput(bits, symmetric, group).format())) {
                            float[] theirs = file.tensor(name).orElseThrow().toFloats();
                            assertThat(largestDifference(ours.toFloatArray(), theirs))
                                    .as(name)
                                    .isZero();
                        }
                    }
                }
            }
        }
    }

    private static double largestDifference(float[] a, float[] b) {
        double largest = 0;
        for (int i = 0; i < a.length; i++) {
            largest = Math.max(largest, Math.abs(a[i] - b[i]));
        }
        return largest;
    }

    private static double distance(float[] a, float[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (double) (a[i] - b[i]);
        }
        return Math.sqrt(sum / a.length);
    }

    private static Path resource(String name) {
        try {
            return Path.of(PeerFolderTest.class
                    .getResource("/io/bisup/llm/peer/" + name)
                    .toURI());
        } catch (URISyntaxException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /**
     * Logits of one folder.
     *
     * @param exactInputs theirs with inputs left as they are
     */
    @SuppressWarnings("ArrayRecordComponent")
    private record Logits(float[] ours, float[] theirs, float[] exactInputs) {
        static Logits of(String name, TensorRuntime runtime) {
            Path folder = resource(name + "/config.json").getParent();
            try (OpenModel opened = ModelFolder.open(folder, runtime);
                    SafetensorsFile expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
                    NDArray logits = opened.model()
                            .forward(expected.tensor("ids").orElseThrow().toLongs())) {
                return new Logits(
                        logits.toFloatArray(),
                        expected.tensor("logits").orElseThrow().toFloats(),
                        expected.tensor("exact_inputs").orElseThrow().toFloats());
            }
        }
    }
}
