package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The anchor: what a PyTorch user writes. The operators of {@code block_step.py}, one after another on the same libtorch,
 * differentiated by autograd. Its seven linears have seven activation clips.
 */
final class EagerCandidate implements Candidate {
    static final double LEARNING_RATE = 5e-3;
    static final double CLIP_LOGIT = 4;

    private final Kernels anchor;
    private final RandomBlock block;
    private final int bits;
    private final NDArray[] parameters;
    private final NDArray cosine;
    private final NDArray sine;
    private final NDArray gain;
    private final AdamW optimizer;

    EagerCandidate(TensorRuntime runtime, RandomBlock block, BlockSize size) {
        this.anchor = Kernels.compile(runtime, source());
        this.block = block;
        this.bits = size.bits();
        this.parameters = parameters(block, size);
        this.cosine = block.angles(BlockSize.HEAD, true);
        this.sine = block.angles(BlockSize.HEAD, false);
        this.gain = block.constant(1, size.hidden());
        for (NDArray parameter : parameters) {
            anchor.requireGradient(parameter);
        }
        AdamW.Group group = new AdamW.Group("all", List.of(parameters), LEARNING_RATE, 0);
        this.optimizer = new AdamW(runtime.kernels(), List.of(group), AdamW.Settings.DEFAULT);
    }

    /** Per linear: clip logits of upper and lower ends and of the input, then adapter B, A. */
    private static NDArray[] parameters(RandomBlock block, BlockSize size) {
        List<NDArray> all = new ArrayList<>();
        for (int[] shape : size.linears()) {
            int groups = shape[1] / BlockSize.GROUP;
            all.add(block.constant(CLIP_LOGIT, shape[0], groups, 1));
            all.add(block.constant(CLIP_LOGIT, shape[0], groups, 1));
            all.add(block.constant(CLIP_LOGIT, groups));
            all.add(block.normal(1 / Math.sqrt(shape[1]), size.rank(), shape[1]));
            all.add(block.constant(0, shape[0], size.rank()));
        }
        return all.toArray(NDArray[]::new);
    }

    @Override
    public String name() {
        return "eager operators, autograd, SDPA (anchor)";
    }

    @Override
    public double step() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray loss = anchor.callWithGradient(
                    "anchor_loss",
                    block.input(),
                    block.target(),
                    cosine,
                    sine,
                    gain,
                    block.linears(),
                    parameters,
                    bits);
            anchor.backward(loss);
            optimizer.step();
            optimizer.zeroGradients();
            return loss.getFloat();
        }
    }

    private static String source() {
        try (InputStream stream = EagerCandidate.class.getResourceAsStream("anchor.py")) {
            if (stream == null) {
                throw new IllegalStateException(
                        "resource io/bisup/bench/anchor.py is missing: the build is incomplete");
            }
            return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        optimizer.close();
        anchor.close();
    }
}
