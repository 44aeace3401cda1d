package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.model.RotaryEmbedding;
import io.bisup.llm.quant.BlockFormats;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * What every stage knows of the block it works on.
 *
 * @param layer index of the block
 * @param weights full-precision parameters in the kernels' order
 * @param empty a tensor without elements: "there is none" in a kernel's argument list
 * @param samples what it is calibrated and trained on
 * @param angles rotary angles of the samples' positions, which start behind the prefix
 * @param prefix exact keys and values that precede every sample, or null
 */
@SuppressWarnings("ArrayRecordComponent") // kernel arguments, never compared
public record BlockContext(
        TensorRuntime runtime,
        DecoderConfig config,
        BlockFormats formats,
        int layer,
        NDArray[] weights,
        NDArray empty,
        Samples samples,
        RotaryEmbedding.Angles angles,
        @Nullable KeyValues prefix,
        Seeds seeds,
        Control control) {

    public Kernels kernels() {
        return runtime.kernels();
    }

    /** Query heads and key-value heads, as the kernels take them. */
    public long[] dims() {
        return new long[] {config.attentionHeads(), config.keyValueHeads()};
    }

    /** {@code count} times "there is none". */
    public NDArray[] empties(int count) {
        NDArray[] all = new NDArray[count];
        Arrays.fill(all, empty);
        return all;
    }

    /** Exact keys before every sample, or an empty tensor. */
    public NDArray prefixKeys() {
        return prefix == null ? empty : prefix.keys();
    }

    /** Exact values before every sample, or an empty tensor. */
    public NDArray prefixValues() {
        return prefix == null ? empty : prefix.values();
    }

    /**
     * The block with the given weights, nothing quantized.
     *
     * @return output; keys; values; the inputs of qkv, o, gate/up, down; queries
     */
    public NDArray[] forward(NDArray input, NDArray[] by) {
        return kernels()
                .callMany(
                        "qb_forward",
                        input,
                        by,
                        empties(4),
                        empties(2),
                        empties(7),
                        empties(7),
                        angles.cosines(),
                        angles.sines(),
                        prefixKeys(),
                        prefixValues(),
                        dims(),
                        BlockFormats.NONE.spec(),
                        config.rmsNormEpsilon(),
                        runtime.lowPrecision());
    }
}
