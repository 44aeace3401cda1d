package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Offset;
import io.bisup.llm.transform.Orthogonal;
import io.bisup.llm.transform.Permutation;
import java.util.List;

/** Maps of the channels of rows [rows, n] and the transposes of their linear parts, which carry gradients back. */
final class FusedMaps {
    private final Kernels kernels;

    FusedMaps(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * Applies maps in order.
     *
     * @param out receives the result, or is returned unwritten where a map makes a tensor of its own
     */
    NDArray apply(List<ChannelMap> maps, NDArray x, NDArray out) {
        NDArray y = x;
        for (int i = 0; i < maps.size(); i++) {
            if (maps.get(i) instanceof Permutation permutation && i == maps.size() - 1) {
                gather(FloatMatrix.of(y), permutation.order(), FloatMatrix.of(out));
                return out;
            }
            y = maps.get(i).apply(kernels, y);
        }
        return y;
    }

    /** The gradient of x from that of {@link #apply}'s result; {@code out} as there. */
    NDArray transpose(List<ChannelMap> maps, NDArray gradient, NDArray out) {
        NDArray d = gradient;
        for (int i = maps.size() - 1; i >= 0; i--) {
            if (maps.get(i) instanceof Permutation permutation && i == 0) {
                scatter(FloatMatrix.of(d), permutation.order(), FloatMatrix.of(out));
                return out;
            }
            d = transpose(maps.get(i), d);
        }
        return d;
    }

    private NDArray transpose(ChannelMap map, NDArray d) {
        return switch (map) {
            case Orthogonal rotation -> rotation.undo(kernels, d);
            case Permutation permutation -> permutation.undo(kernels, d);
            case Diagonal diagonal -> diagonal.apply(kernels, d);
            case Offset offset -> d;
        };
    }

    private static void gather(FloatMatrix x, long[] order, FloatMatrix out) {
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                long source = x.row(row);
                long target = out.row(row);
                for (int i = 0; i < order.length; i++) {
                    Lanes.set(Lanes.at(target, i), Lanes.get(Lanes.at(source, order[i])));
                }
            }
        });
    }

    private static void scatter(FloatMatrix x, long[] order, FloatMatrix out) {
        RowBlocks.forEach(x.rows(), (block, from, to) -> {
            for (int row = from; row < to; row++) {
                long source = x.row(row);
                long target = out.row(row);
                for (int i = 0; i < order.length; i++) {
                    Lanes.set(Lanes.at(target, order[i]), Lanes.get(Lanes.at(source, i)));
                }
            }
        });
    }
}
