package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.AttentionContext;
import io.bisup.llm.model.DecoderBlock;
import io.bisup.llm.model.RotaryEmbedding;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.stage.Control;
import io.bisup.quantize.stage.Samples;
import io.bisup.quantize.stage.prefix.PrefixStream;
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
    private final PrefixStream prefix;

    Streams(TensorRuntime runtime, QuantizationInput input, Path work) {
        this.runtime = runtime;
        this.count = input.windows().size();
        int hidden = input.config().hiddenSize();
        this.exact = new ActivationStream(runtime.manager(), work.resolve("exact.act"), count, input.time(), hidden);
        this.quantized =
                new ActivationStream(runtime.manager(), work.resolve("quantized.act"), count, input.time(), hidden);
        this.prefix = embed(input);
    }

    private PrefixStream embed(QuantizationInput input) {
        try (NDArray table = input.source().apply(ModelTensors.EMBEDDING)) {
            for (int sample = 0; sample < count; sample++) {
                try (NDArray hidden = embed(table, input.windows().get(sample))) {
                    exact.write(sample, hidden);
                    quantized.write(sample, hidden);
                }
            }
            long[] ids = input.prefix().stream().mapToLong(Long::longValue).toArray();
            return new PrefixStream(runtime.kernels(), ids.length == 0 ? null : embed(table, ids));
        }
    }

    private NDArray embed(NDArray table, long[] ids) {
        return Tensors.inScope(
                () -> runtime.kernels().call("embedding", Tensors.longs(runtime.manager(), ids, 1, ids.length), table));
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
                NDArray output = block.forward(runtime.kernels(), exact.read(sample), rotary, context);
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
        return runtime.kernels().call("quant_squared_error", x, reference).getFloat();
    }

    /** Inputs from the quantized stream, targets from the exact one; call after {@link #advanceExact}. */
    Samples samples() {
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
        };
    }

    @Override
    public void close() {
        prefix.close();
        exact.close();
        quantized.close();
    }
}
