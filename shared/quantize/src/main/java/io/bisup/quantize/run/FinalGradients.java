package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.kernel.StatisticsKernels;
import io.bisup.quantize.prefix.PrefixStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The squared gradient of the full-precision model's cross-entropy on the calibration windows with respect to each channel
 * of each block's output: the diagonal of the empirical Fisher information, summed over tokens (GuidedQuant, arXiv
 * 2505.07004, §3; methods §2.7, E4).
 *
 * <p>Memory is one block, or the head. Forward, each block is loaded once and the inputs of all blocks are kept in a file of
 * (blocks + 1) · windows · time · hidden · 4 bytes; backward, each is loaded once more and takes the gradients of all windows
 * from its output to its input. Windows stand behind the prefix, whose own positions are constants and do not count.
 */
final class FinalGradients implements AutoCloseable {

    /**
     * Sums over the tokens of all windows, by channel of a block's output.
     *
     * @param gradients squared gradients
     * @param outputs squared outputs
     */
    record Squares(List<Double> gradients, List<Double> outputs) {
        Squares {
            gradients = List.copyOf(gradients);
            outputs = List.copyOf(outputs);
        }
    }

    private final ExactBlocks blocks;
    private final QuantizationInput input;
    private final RotaryEmbedding rotary;
    private final Control control;
    private final int windows;
    /** Of the block {@code layer} at {@code layer · windows + window}; behind them the last outputs, then their gradients. */
    private final ActivationStream states;

    private final List<AttentionContext> prefixes = new ArrayList<>();
    private final List<List<Double>> outputs = new ArrayList<>();
    private final TensorOwner owner;

    /**
     * Allocates the file.
     *
     * @param windows how many of the input's windows are read, the first ones
     * @param work existing folder
     */
    FinalGradients(ExactBlocks blocks, RotaryEmbedding rotary, int windows, Path work, Control control) {
        this.blocks = blocks;
        this.input = blocks.input();
        this.rotary = rotary;
        this.control = control;
        this.windows = windows;
        try (TensorOwner building = new TensorOwner()) {
            this.states = building.own(new ActivationStream(
                    runtime().manager(),
                    work.resolve("gradients.act"),
                    Math.multiplyExact(layers() + 1, windows),
                    input.time(),
                    input.config().hiddenSize()));
            this.owner = building.keep();
        }
    }

    private TensorRuntime runtime() {
        return blocks.runtime();
    }

    private int layers() {
        return input.config().layers();
    }

    /** Computes them, one entry per block; call once. */
    List<Squares> squares() {
        forward();
        last();
        return backward();
    }

    private void forward() {
        try (Ends ends = new Ends(runtime(), input, blocks.residual());
                PrefixStream prefix = ends.prefix(input.prefix())) {
            for (int window = 0; window < windows; window++) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    states.write(slot(0, window), ends.embed(input.windows().get(window)));
                }
            }
            for (int layer = 0; layer < layers(); layer++) {
                forward(layer, prefix);
            }
        }
    }

    private int slot(int layer, int window) {
        return layer * windows + window;
    }

    private void forward(int layer, PrefixStream prefix) {
        try (NDScope scope = new NDScope();
                DecoderBlock block = blocks.block(layer, blocks.weights(layer))) {
            scope.suppressNotUsedWarning();
            KeyValues known = prefix.through(block, rotary);
            AttentionContext behind = PrefixStream.contextOf(known == null ? null : owner.own(known));
            prefixes.add(behind);
            for (int window = 0; window < windows; window++) {
                control.checkpoint();
                try (NDScope step = new NDScope()) {
                    step.suppressNotUsedWarning();
                    NDArray hidden = states.read(slot(layer, window));
                    states.write(
                            slot(layer + 1, window), block.forward(runtime().kernels(), hidden, rotary, behind));
                }
            }
            outputs.add(squares(layer + 1));
        }
    }

    /** The gradients of the last block's outputs, in their place. */
    private void last() {
        try (FinalLoss loss = new FinalLoss(runtime(), input, blocks.residual())) {
            for (int window = 0; window < windows; window++) {
                control.checkpoint();
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    int slot = slot(layers(), window);
                    states.write(
                            slot,
                            loss.gradient(states.read(slot), input.windows().get(window)));
                }
            }
        }
    }

    private List<Squares> backward() {
        List<Squares> found = new ArrayList<>();
        for (int layer = layers() - 1; layer >= 0; layer--) {
            found.add(new Squares(squares(layer + 1), outputs.get(layer)));
            if (layer > 0) {
                backward(layer);
            }
        }
        return List.copyOf(found.reversed());
    }

    /** Replaces the inputs of a block by their gradients. */
    private void backward(int layer) {
        try (NDScope scope = new NDScope();
                DecoderBlock block = blocks.block(layer, blocks.weights(layer))) {
            scope.suppressNotUsedWarning();
            RotaryEmbedding.Angles angles = rotary.angles(input.prefix().size(), input.time());
            for (int window = 0; window < windows; window++) {
                control.checkpoint();
                backward(block, angles, layer, window);
            }
        }
    }

    private void backward(DecoderBlock block, RotaryEmbedding.Angles angles, int layer, int window) {
        Kernels kernels = runtime().kernels();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray hidden = states.read(slot(layer, window));
            kernels.requireGradient(hidden);
            NDArray output = block.run(kernels.recording(), hidden, angles, prefixes.get(layer), BlockObserver.NONE);
            kernels.backward(output, states.read(slot(layer + 1, window)));
            states.write(slot(layer, window), kernels.gradient(hidden));
        }
    }

    /** Sums of squares over the tokens of all windows of a layer's slots. */
    private List<Double> squares(int layer) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray sum = runtime().manager().zeros(new Shape(input.config().hiddenSize()));
            for (int window = 0; window < windows; window++) {
                try (NDArray state = states.read(slot(layer, window))) {
                    StatisticsKernels.addSquares(runtime().kernels(), sum, state);
                }
            }
            List<Double> squares = new ArrayList<>();
            for (float value : sum.toFloatArray()) {
                squares.add((double) value);
            }
            return squares;
        }
    }

    /** Deletes the file. */
    @Override
    public void close() {
        owner.close();
    }
}
