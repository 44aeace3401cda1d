package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.TensorOwner;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** The error of one linear's outputs, summed over windows: as they are, or up to a linear map of each group of channels. */
final class OutputSum implements AutoCloseable {

    private final PropagationKernels kernels;
    private final int group;
    private final TensorOwner owner = new TensorOwner();
    private PropagationKernels.@Nullable Moments moments;
    private double distance;
    private double length;
    private long tokens;

    /** @param group channels that one map may mix; 0 for outputs as they are */
    OutputSum(PropagationKernels kernels, int group) {
        this.kernels = kernels;
        this.group = group;
    }

    /** Adds one window's outputs [1, T, C]; the first position does not count. */
    void add(NDArray exact, NDArray quantized) {
        tokens += exact.getShape().get(1) - 1;
        if (group == 0) {
            double[] sums = kernels.distance(exact, quantized);
            distance += sums[0];
            length += sums[1];
        } else {
            add(kernels.moments(exact, quantized, group));
        }
    }

    private void add(PropagationKernels.Moments more) {
        if (moments == null) {
            moments = new PropagationKernels.Moments(
                    owner.own(more.quantized()), owner.own(more.mixed()), owner.own(more.exact()));
        } else {
            kernels.accumulate(moments.quantized(), more.quantized());
            kernels.accumulate(moments.mixed(), more.mixed());
            kernels.accumulate(moments.exact(), more.exact());
        }
    }

    /** Σ‖ŷ − y‖² / Σ‖y‖², without the error that fitting the map hides; nothing where there are too few tokens to fit it. */
    OptionalDouble error() {
        if (moments == null) {
            return tokens == 0 ? OptionalDouble.empty() : OptionalDouble.of(distance / Math.max(length, 1e-30));
        }
        return tokens < 2L * group + 1
                ? OptionalDouble.empty()
                : OptionalDouble.of(kernels.unexplained(moments) * tokens / (tokens - group));
    }

    @Override
    public void close() {
        owner.close();
    }
}
