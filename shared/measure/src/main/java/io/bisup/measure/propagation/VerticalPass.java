package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Both models' passes over the same windows, side by side and block by block: the vertical error, that of each linear, and the
 * attention that each position receives in the FP model.
 *
 * <p>Memory: both models' hidden states of all windows, and one block's outputs for one window.
 */
public final class VerticalPass implements AutoCloseable {

    private final LanguageModel base;
    private final LanguageModel quantized;
    private final PropagationKernels kernels;
    private final TensorOwner owner = new TensorOwner();
    private final Basis basis;
    private final List<NDArray> exactStates = new ArrayList<>();
    private final List<NDArray> quantizedStates = new ArrayList<>();
    private final List<BlockErrors> results = new ArrayList<>();

    /**
     * What was found in one block.
     *
     * @param positions mean error of each position of a window
     * @param linears error of each linear
     * @param received share of attention that each position receives, prefix included
     */
    @SuppressWarnings("ArrayRecordComponent") // made once a block, never compared
    public record BlockErrors(double[] positions, Map<String, Double> linears, double[] received) {}

    /** The windows before the first block. */
    public VerticalPass(LanguageModel base, LanguageModel quantized, PropagationKernels kernels, List<long[]> windows) {
        this.base = base;
        this.quantized = quantized;
        this.kernels = kernels;
        owner.own(() -> exactStates.forEach(NDArray::close));
        owner.own(() -> quantizedStates.forEach(NDArray::close));
        try (TensorOwner building = new TensorOwner()) {
            building.own(owner);
            this.basis = owner.own(Basis.of(base, quantized, kernels));
            for (long[] window : windows) {
                exactStates.add(Tensors.unscoped(base.embed(window)));
                quantizedStates.add(Tensors.unscoped(quantized.embed(window)));
            }
            building.handOver(this);
        }
    }

    /** Passes all windows through one block of both; {@code step} is called after each. */
    public void block(int layer, Runnable step) {
        base.withBlock(
                layer,
                (exact, exactAngles, exactPrefix) -> quantized.withBlock(
                        layer,
                        (rounded, angles, prefix) -> block(
                                new Use(base, exact, exactAngles, exactPrefix),
                                new Use(quantized, rounded, angles, prefix),
                                step)));
    }

    /** A model's block, loaded. */
    private record Use(LanguageModel model, DecoderBlock block, RotaryEmbedding angles, AttentionContext prefix) {
        NDArray pass(NDArray hidden, BlockObserver observer) {
            return block.forward(model.runtime().kernels(), hidden, angles, prefix, observer);
        }
    }

    private void block(Use exact, Use rounded, Runnable step) {
        int count = exactStates.size();
        int window = Math.toIntExact(exactStates.getFirst().getShape().get(1));
        double[] positions = new double[window];
        double[] received = new double[window + Math.toIntExact(exact.prefix().length())];
        try (LinearErrors linears =
                new LinearErrors(kernels, basis, base.config().headDim())) {
            for (int i = 0; i < count; i++) {
                window(i, exact, rounded, linears, positions, received);
                step.run();
            }
            scale(positions, count);
            scale(received, count);
            results.add(new BlockErrors(positions, linears.errors(), received));
        }
    }

    private void window(int i, Use exact, Use rounded, LinearErrors linears, double[] positions, double[] received) {
        try (NDScope scope = new NDScope();
                Outputs ofBase = new AttendedOutputs(exact.block().parts().window(), received);
                Outputs ofQuantized = new Outputs()) {
            scope.suppressNotUsedWarning();
            advance(exactStates, i, exact.pass(exactStates.get(i), ofBase));
            advance(quantizedStates, i, rounded.pass(quantizedStates.get(i), ofQuantized));
            linears.add(ofBase, ofQuantized);
            add(positions, kernels.relativeErrors(exactStates.get(i), basis.ofBase(quantizedStates.get(i))));
        }
    }

    private static void advance(List<NDArray> states, int i, NDArray next) {
        NDArray before = states.set(i, Tensors.unscoped(next));
        before.close();
    }

    /** Also sums the attention that keys receive. */
    private final class AttendedOutputs extends Outputs {
        private final int window;
        private final double[] received;

        AttendedOutputs(int window, double[] received) {
            this.window = window;
            this.received = received;
        }

        @Override
        public void attention(NDArray queries, NDArray keys) {
            add(received, kernels.receivedAttention(queries, keys, window));
        }
    }

    private static void add(double[] sums, double[] values) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    private static void scale(double[] sums, int count) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] /= count;
        }
    }

    /** What was found so far, a block each. */
    public List<BlockErrors> results() {
        return List.copyOf(results);
    }

    @Override
    public void close() {
        owner.close();
    }
}
