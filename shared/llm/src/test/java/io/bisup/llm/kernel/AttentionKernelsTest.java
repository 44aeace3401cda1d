package io.bisup.llm.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attention against its definition, written out in loops. */
class AttentionKernelsTest {
    private static final int HEAD = 8;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** softmax(q kᵀ / √D) v of the last queries over the positions in their window; consecutive query heads share keys. */
    private static double[] attended(
            double[] q, double[] k, double[] v, int heads, int shared, int time, int all, int window) {
        double[] out = new double[time * heads * HEAD];
        for (int head = 0; head < heads; head++) {
            for (int t = 0; t < time; t++) {
                int position = all - time + t;
                int first = Math.max(0, position - window + 1);
                double[] scores = new double[all];
                double sum = 0;
                for (int s = first; s <= position; s++) {
                    double product = 0;
                    for (int d = 0; d < HEAD; d++) {
                        product += q[(head * time + t) * HEAD + d] * k[(head / shared * all + s) * HEAD + d];
                    }
                    scores[s] = Math.exp(product / Math.sqrt(HEAD));
                    sum += scores[s];
                }
                for (int s = first; s <= position; s++) {
                    for (int d = 0; d < HEAD; d++) {
                        out[(t * heads + head) * HEAD + d] += scores[s] / sum * v[(head / shared * all + s) * HEAD + d];
                    }
                }
            }
        }
        return out;
    }

    @ParameterizedTest
    @CsvSource({
        "2, 2, 9, 9, 2147483647",
        "4, 2, 9, 9, 2147483647",
        "6, 2, 5, 12, 2147483647",
        "4, 1, 1, 7, 2147483647",
        "4, 2, 9, 9, 4",
        "4, 2, 3, 12, 5",
        "2, 1, 6, 6, 1"
    })
    void itIsTheDefinition(int heads, int keyValueHeads, int time, int all, int window) {
        NDArray q = Gaussians.doubles(1, 1, heads, time, HEAD);
        NDArray k = Gaussians.doubles(2, 1, keyValueHeads, all, HEAD);
        NDArray v = Gaussians.doubles(3, 1, keyValueHeads, all, HEAD);
        double[] expected = attended(
                q.toDoubleArray(),
                k.toDoubleArray(),
                v.toDoubleArray(),
                heads,
                heads / keyValueHeads,
                time,
                all,
                window);
        double[] actual =
                AttentionKernels.attend(kernels, q, k, v, window, false).toDoubleArray();
        assertThat(actual).containsExactly(expected, within(1e-12));
    }

    /** Sequences of a batch do not see one another. */
    @Test
    void sequencesAreApart() {
        NDArray q = Gaussians.doubles(4, 2, 2, 5, HEAD);
        NDArray k = Gaussians.doubles(5, 2, 2, 5, HEAD);
        NDArray v = Gaussians.doubles(6, 2, 2, 5, HEAD);
        NDArray both = AttentionKernels.attend(kernels, q, k, v, Integer.MAX_VALUE, false);
        NDArray second =
                AttentionKernels.attend(kernels, q.get("1:2"), k.get("1:2"), v.get("1:2"), Integer.MAX_VALUE, false);
        assertThat(both.get("1:2").toDoubleArray()).containsExactly(second.toDoubleArray(), within(1e-14));
    }

    /** Pairs are (i, i + D/2), as Hugging Face stores them; not neighbours. */
    @Test
    void rotationTurnsTheTwoHalvesOfEachHead() {
        NDArray x = Gaussians.doubles(7, 1, 2, 3, HEAD);
        double[] angles = {0, 0, 0, 0, 0.1, 0.2, 0.3, 0.4, 1, 2, 3, 4};
        NDArray cosines = Tensors.doubles(runtime.manager(), map(angles, Math::cos), 3, HEAD / 2);
        NDArray sines = Tensors.doubles(runtime.manager(), map(angles, Math::sin), 3, HEAD / 2);
        double[] before = x.toDoubleArray();
        double[] after = AttentionKernels.rotate(kernels, x, cosines, sines).toDoubleArray();
        for (int row = 0; row < 6; row++) {
            for (int i = 0; i < HEAD / 2; i++) {
                double angle = angles[row % 3 * (HEAD / 2) + i];
                double a = before[row * HEAD + i];
                double b = before[row * HEAD + i + HEAD / 2];
                assertThat(after[row * HEAD + i]).isCloseTo(a * Math.cos(angle) - b * Math.sin(angle), within(1e-14));
                assertThat(after[row * HEAD + i + HEAD / 2])
                        .isCloseTo(b * Math.cos(angle) + a * Math.sin(angle), within(1e-14));
            }
        }
    }

    private static double[] map(double[] values, DoubleUnaryOperator function) {
        return Arrays.stream(values).map(function).toArray();
    }

    /** What attention rests on: only the distance of two positions counts. */
    @Test
    void productsOfRotatedVectorsDependOnTheirDistanceAlone() {
        NDArray q = Gaussians.doubles(8, 1, 1, 1, HEAD);
        NDArray k = Gaussians.doubles(9, 1, 1, 1, HEAD);
        assertThat(product(q, 5, k, 2)).isCloseTo(product(q, 103, k, 100), within(1e-12));
        assertThat(product(q, 5, k, 2)).isNotCloseTo(product(q, 5, k, 3), within(1e-3));
    }

    private double product(NDArray q, int queryPosition, NDArray k, int keyPosition) {
        return turned(q, queryPosition).mul(turned(k, keyPosition)).sum().getDouble();
    }

    private NDArray turned(NDArray x, int position) {
        double[] angles = {position, position * 0.1, position * 0.01, position * 0.001};
        return AttentionKernels.rotate(
                kernels,
                x,
                Tensors.doubles(runtime.manager(), map(angles, Math::cos), 1, HEAD / 2),
                Tensors.doubles(runtime.manager(), map(angles, Math::sin), 1, HEAD / 2));
    }

    @Test
    void headsAreConsecutiveChannels() {
        NDArray x = Gaussians.doubles(10, 1, 2, 3 * HEAD);
        double[] flat = x.toDoubleArray();
        double[] heads = AttentionKernels.splitHeads(kernels, x, 3).toDoubleArray();
        assertThat(heads[(2 * 2 + 1) * HEAD + 5]).isEqualTo(flat[3 * HEAD + 2 * HEAD + 5]);
    }

    /** A prefix of one sequence stands before every sequence of a batch. */
    @Test
    void thePastComesFirstForEverySequence() {
        NDArray past = Gaussians.doubles(11, 1, 2, 2, HEAD);
        NDArray fresh = Gaussians.doubles(12, 3, 2, 4, HEAD);
        NDArray all = AttentionKernels.extendPast(kernels, past, fresh);
        assertThat(all.getShape().getShape()).containsExactly(3, 2, 6, HEAD);
        for (int sequence = 0; sequence < 3; sequence++) {
            assertThat(all.get(sequence + ", :, :2").toDoubleArray()).isEqualTo(past.toDoubleArray());
            assertThat(all.get(sequence + ", :, 2:").toDoubleArray())
                    .isEqualTo(fresh.get(sequence + "").toDoubleArray());
        }
    }
}
