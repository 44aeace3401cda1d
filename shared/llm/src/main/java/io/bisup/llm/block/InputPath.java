package io.bisup.llm.block;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;

/**
 * What happens to an input before its linears multiply it: the maps that cannot be folded into weights, then quantization,
 * segment by segment.
 *
 * @param online maps applied at run time, in order
 * @param segments formats of consecutive channels, which cover the input; empty when it is not quantized
 */
public record InputPath(List<ChannelMap> online, List<Segment> segments) implements AutoCloseable {

    /** The path of an input that is read as it is. */
    public static final InputPath EXACT = new InputPath(List.of(), List.of());

    public InputPath {
        online = List.copyOf(online);
        segments = List.copyOf(segments);
    }

    /**
     * Consecutive channels of one format.
     *
     * @param columns how many
     * @param clip factors on the range of each group, [groups]; empty for the full range
     * @param scale how a group's scale follows from its values
     */
    public record Segment(int columns, Format format, NDArray clip, Scale scale) {

        /** With the scale of {@link Scale#LARGEST_CODE}; {@code clip} is [groups], or empty for the full range. */
        public Segment(int columns, Format format, NDArray clip) {
            this(columns, format, clip, Scale.LARGEST_CODE);
        }
    }

    /** How the scale of a group follows from its values. */
    public enum Scale {
        /** The largest magnitude, clipped, has the largest positive code (methods §1.3). */
        LARGEST_CODE,
        /** The largest magnitude is half the span of the codes: the rule of compressed-tensors, which knows no clipping. */
        HALF_SPAN
    }

    /**
     * An input in its three states.
     *
     * @param raw as the block computes it, [..., in]
     * @param exact behind the online maps, [..., in]; {@code raw} itself where there are none
     * @param quantized as its linears multiply it, [..., in]; {@code exact} itself where nothing is quantized
     */
    public record Read(NDArray raw, NDArray exact, NDArray quantized) {}

    /**
     * Takes an input [..., in], as wide as maps and segments are, through the path; what it makes belongs to the open
     * scope.
     */
    public Read read(KernelCalls kernels, NDArray raw) {
        NDArray exact = raw;
        for (ChannelMap map : online) {
            exact = map.apply(kernels, exact);
        }
        return new Read(raw, exact, quantized(kernels, exact));
    }

    private NDArray quantized(KernelCalls kernels, NDArray x) {
        if (segments.isEmpty()) {
            return x;
        }
        if (segments.size() == 1) {
            return fake(kernels, x, segments.getFirst());
        }
        NDArray[] parts = new NDArray[segments.size()];
        int first = 0;
        for (int i = 0; i < parts.length; i++) {
            Segment segment = segments.get(i);
            parts[i] = fake(kernels, LinearKernels.columns(kernels, x, first, segment.columns()), segment);
            first += segment.columns();
        }
        return LinearKernels.concatenate(kernels, parts);
    }

    private static NDArray fake(KernelCalls kernels, NDArray x, Segment segment) {
        return switch (segment.scale()) {
            case LARGEST_CODE -> QuantKernels.fake(kernels, x, segment.format(), segment.clip(), segment.clip(), false);
            case HALF_SPAN -> QuantKernels.fakeHalfSpan(kernels, x, segment.format());
        };
    }

    @Override
    public void close() {
        online.forEach(ChannelMap::close);
        segments.forEach(segment -> segment.clip().close());
    }
}
