package io.bisup.llm.block;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Permutation;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What happens to an input of 40 channels, and what a linear makes of its states. */
class InputPathTest {
    private static final Format INT4 = Format.integer(4, true, Scope.columns(16));
    private static final Format INT8 = Format.integer(8, true, new Scope.Row());

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();
    private final NDArray none = runtime.manager().create(new Shape(0));
    private final NDArray x = Gaussians.floats(1, 1, 6, 40);

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private NDArray fake(NDArray part, Format format, NDArray clip) {
        return QuantKernels.fake(kernels, part, format, clip, clip, false);
    }

    @Test
    void anExactPathPassesTheTensorOn() {
        InputPath.Read read = InputPath.EXACT.read(kernels, x);
        assertThat(read.raw()).isSameAs(x);
        assertThat(read.exact()).isSameAs(x);
        assertThat(read.quantized()).isSameAs(x);
    }

    /** Keepers at the end have scales and bits of their own; the last group before them is short. */
    @Test
    void eachSegmentIsQuantizedByItself() {
        NDArray clip = Tensors.floats(runtime.manager(), new float[] {0.9f, 0.6f}, 2);
        InputPath path = new InputPath(
                List.of(), List.of(new InputPath.Segment(32, INT4, clip), new InputPath.Segment(8, INT8, none)));
        NDArray expected = fake(x.get(":, :, :32"), INT4, clip).concat(fake(x.get(":, :, 32:"), INT8, none), 2);
        assertThat(path.read(kernels, x).quantized().toFloatArray()).isEqualTo(expected.toFloatArray());
    }

    @Test
    void aShortLastGroupHasItsOwnScale() {
        InputPath path = new InputPath(List.of(), List.of(new InputPath.Segment(40, INT4, none)));
        float[] last = path.read(kernels, x).quantized().get(":, :, 32:").toFloatArray();
        assertThat(last).isEqualTo(fake(x.get(":, :, 32:"), INT4, none).toFloatArray());
    }

    /** Maps act in their order, and before the quantizer. */
    @Test
    void mapsActInOrderBeforeTheQuantizer() {
        Permutation reversed = Permutation.of(
                runtime.manager(), IntStream.range(0, 40).map(i -> 39 - i).toArray());
        float[] factors = new float[40];
        for (int i = 0; i < 40; i++) {
            factors[i] = 1 + i;
        }
        Diagonal diagonal = new Diagonal(Tensors.floats(runtime.manager(), factors, 40));
        InputPath path = new InputPath(List.of(reversed, diagonal), List.of(new InputPath.Segment(40, INT8, none)));
        InputPath.Read read = path.read(kernels, x);
        assertThat(read.raw()).isSameAs(x);
        assertThat(read.exact().get("0, 0").toFloatArray()[3])
                .isEqualTo(x.get("0, 0").toFloatArray()[36] / 4);
        assertThat(read.quantized().toFloatArray())
                .isEqualTo(fake(read.exact(), INT8, none).toFloatArray());
        reversed.close();
    }

    /** Ŷ = X̂ Ŵᵀ + X̃ Bᵀ Aᵀ + b, where X̃ is the input before or after its quantization (BiSup, low-rank compensation). */
    @Test
    void aBranchReadsTheStateItIsToldTo() {
        InputPath.Read read = new InputPath(
                        List.of(), List.of(new InputPath.Segment(40, Format.integer(2, true, new Scope.Row()), none)))
                .read(kernels, x);
        NDArray weight = Gaussians.floats(2, 5, 40);
        NDArray bias = Gaussians.floats(3, 5);
        NDArray a = Gaussians.floats(4, 5, 3);
        NDArray b = Gaussians.floats(5, 3, 40);
        NDArray plain = new Linear(weight, bias, null).apply(kernels, read, false);
        for (LowRank.Reads reads : LowRank.Reads.values()) {
            NDArray state = reads == LowRank.Reads.EXACT ? read.exact() : read.quantized();
            NDArray expected = plain.add(product(product(state, b), a));
            NDArray actual = new Linear(weight, bias, new LowRankBranch(a, b, reads)).apply(kernels, read, false);
            assertThat(actual.sub(expected).abs().max().getFloat()).isLessThan(1e-4f);
        }
    }

    /** x Mᵀ. */
    private NDArray product(NDArray x, NDArray m) {
        return kernels.call("linear", x, m, false);
    }
}
