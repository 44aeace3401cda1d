package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.quantize.block.Control;
import io.bisup.quantize.block.Samples;
import io.bisup.quantize.prefix.PrefixStream;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * The calibration samples between two blocks, twice: as the full-precision model sees them and as the quantized model
 * does; and the prefix, which is always full precision. Two files of one block's activations, whatever the model's depth.
 */
final class Streams implements AutoCloseable {

    private final TensorRuntime runtime;
    private final int count;
    private final ActivationStream exact;
    private final ActivationStream quantized;
    private final @Nullable ActivationStream exactInputs;
    private final PrefixStream prefix;
    private final NDArray none;
    private final TokenWeights tokens;
    private final ChannelWeights channels;
    private final TensorOwner owner;

    /**
     * Embeds samples and prefix.
     *
     * @param residual rotation of the residual stream, or null
     * @param channels what channels count in the losses of blocks
     */
    Streams(
            TensorRuntime runtime,
            QuantizationInput input,
            @Nullable ChannelMap residual,
            ChannelWeights channels,
            Path work) {
        this.runtime = runtime;
        this.count = input.windows().size();
        this.channels = channels;
        int hidden = input.config().hiddenSize();
        try (TensorOwner building = new TensorOwner()) {
            this.none = building.own(runtime.manager().create(new Shape(0)));
            this.exact = building.own(
                    new ActivationStream(runtime.manager(), work.resolve("exact.act"), count, input.time(), hidden));
            this.quantized = building.own(new ActivationStream(
                    runtime.manager(), work.resolve("quantized.act"), count, input.time(), hidden));
            this.exactInputs = keepsExactInputs(input.recipe())
                    ? building.own(new ActivationStream(
                            runtime.manager(), work.resolve("exact-inputs.act"), count, input.time(), hidden))
                    : null;
            this.tokens = new TokenWeights(runtime, input.recipe(), count);
            try (Ends embedding = new Ends(runtime, input, residual)) {
                this.prefix = building.own(embed(input, embedding));
            }
            this.owner = building.keep();
        }
    }

    private static boolean keepsExactInputs(Recipe recipe) {
        return recipe.rounding() instanceof Rounding.Gptq gptq && gptq.asymmetric();
    }

    private PrefixStream embed(QuantizationInput input, Ends embedding) {
        for (int sample = 0; sample < count; sample++) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray hidden = embedding.embed(input.windows().get(sample));
                exact.write(sample, hidden);
                quantized.write(sample, embedding.asStored(hidden));
            }
        }
        return embedding.prefix(input.prefix());
    }

    PrefixStream prefix() {
        return prefix;
    }

    /** Replaces each full-precision sample by the block's output; returns the outputs' mean square. */
    double advanceExact(DecoderBlock block, RotaryEmbedding rotary, AttentionContext context, Control control) {
        double squares = 0;
        for (int sample = 0; sample < count; sample++) {
            control.checkpoint();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray before = exact.read(sample);
                if (exactInputs != null) {
                    exactInputs.write(sample, before);
                }
                NDArray output = block.forward(runtime.kernels(), before, rotary, context, tokens.observer(sample));
                exact.write(sample, output);
                squares += meanSquare(output, null);
            }
        }
        return squares / count;
    }

    /** Replaces each quantized sample by the block's output; returns the mean square of its distance to the exact one. */
    double advanceQuantized(DecoderBlock block, RotaryEmbedding rotary, AttentionContext context, Control control) {
        double squares = 0;
        for (int sample = 0; sample < count; sample++) {
            control.checkpoint();
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray output = block.forward(runtime.kernels(), quantized.read(sample), rotary, context);
                quantized.write(sample, output);
                squares += meanSquare(output, exact.read(sample));
            }
        }
        return squares / count;
    }

    private double meanSquare(NDArray x, @Nullable NDArray y) {
        NDArray reference = y == null ? x.zerosLike() : y;
        return QuantKernels.squaredError(runtime.kernels(), x, reference);
    }

    /** Inputs of a block from the quantized stream, targets from the exact one; call after {@link #advanceExact}. */
    Samples samples(int layer) {
        return new Samples() {
            @Override
            public int count() {
                return count;
            }

            @Override
            public NDArray input(int sample) {
                return quantized.read(sample);
            }

            @Override
            public NDArray target(int sample) {
                return exact.read(sample);
            }

            @Override
            public LossWeights lossWeights(int sample) {
                return new LossWeights(tokens.of(sample, none), channels.of(layer, none));
            }

            @Override
            public NDArray exactInput(int sample) {
                if (exactInputs == null) {
                    throw new IllegalStateException("the recipe reads no exact inputs");
                }
                return exactInputs.read(sample);
            }
        };
    }

    @Override
    public void close() {
        owner.close();
    }
}
