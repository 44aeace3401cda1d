package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.PrimitiveIterator;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The errors of one block's linears, summed over windows. A recipe keeps the model's function but not every linear's: it folds factors
 * or rotations into pairs of weights. Outputs are therefore compared up to what may be folded there (methods §2.3, §3.3, §4.1).
 */
final class LinearErrors implements AutoCloseable {

    /** How results call the linears. */
    private static final Map<BlockTensor, String> NAMES = Map.of(
            BlockTensor.QUERY, "q",
            BlockTensor.KEY, "k",
            BlockTensor.VALUE, "v",
            BlockTensor.OUTPUT, "o",
            BlockTensor.GATE, "gate",
            BlockTensor.UP, "up",
            BlockTensor.DOWN, "down");

    private final PropagationKernels kernels;
    private final Basis basis;
    private final TensorOwner owner = new TensorOwner();
    private final Map<BlockTensor, OutputSum> sums = new EnumMap<>(BlockTensor.class);
    private boolean compared;
    private @Nullable NDArray channels;

    LinearErrors(PropagationKernels kernels, Basis basis, int headDim) {
        this.kernels = kernels;
        this.basis = basis;
        Map<BlockTensor, Integer> groups = Map.of(
                BlockTensor.QUERY, 1,
                BlockTensor.KEY, 1,
                BlockTensor.VALUE, headDim,
                BlockTensor.UP, 1);
        for (BlockTensor linear : BlockSites.LINEARS) {
            sums.put(linear, owner.own(new OutputSum(kernels, groups.getOrDefault(linear, 0))));
        }
    }

    /** Adds one window. */
    void add(Outputs exact, Outputs quantized) {
        if (!compared) {
            channels = order(exact.of(BlockTensor.GATE), quantized.of(BlockTensor.GATE));
            compared = true;
        }
        sums.forEach((linear, sum) -> sum.add(exact.of(linear), comparable(linear, quantized.of(linear))));
    }

    private NDArray comparable(BlockTensor linear, NDArray output) {
        return switch (linear) {
            case OUTPUT, DOWN -> basis.ofBase(output);
            case GATE, UP -> channels == null ? output : kernels.ordered(output, channels);
            case QUERY, KEY, VALUE -> output;
            case INPUT_NORM,
                    POST_ATTENTION_NORM,
                    QUERY_NORM,
                    KEY_NORM,
                    QUERY_BIAS,
                    KEY_BIAS,
                    VALUE_BIAS,
                    OUTPUT_BIAS,
                    GATE_BIAS,
                    UP_BIAS,
                    DOWN_BIAS -> throw new IllegalArgumentException(linear + " is no linear");
        };
    }

    /** The order in which a recipe has sorted the channels of gate and up (Atom); null for their own. */
    private @Nullable NDArray order(NDArray exact, NDArray quantized) {
        long[] found;
        try (NDArray order = kernels.channelOrder(exact, quantized)) {
            found = order.toLongArray();
        }
        return found.length == 0 ? null : owner.own(Tensors.longs(exact.getManager(), complete(found), found.length));
    }

    /** What matches nothing takes the places that are left, in order. */
    private static long[] complete(long[] order) {
        boolean[] taken = new boolean[order.length];
        Arrays.stream(order).filter(place -> place >= 0).forEach(place -> taken[(int) place] = true);
        PrimitiveIterator.OfLong left = LongStream.range(0, order.length)
                .filter(place -> !taken[(int) place])
                .iterator();
        return Arrays.stream(order)
                .map(place -> place >= 0 ? place : left.nextLong())
                .toArray();
    }

    /** Each linear's error by its name; one with too few tokens to tell is missing. */
    Map<String, Double> errors() {
        Map<String, Double> errors = new TreeMap<>();
        sums.forEach((linear, sum) -> sum.error().ifPresent(error -> errors.put(NAMES.get(linear), error)));
        return errors;
    }

    @Override
    public void close() {
        owner.close();
    }
}
