package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.tensor.KernelCalls;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Linear layers as trained. */
public final class FullPrecisionLinears implements LinearGroup {
    private record Layer(NDArray weight, @Nullable NDArray bias) {}

    private final List<Layer> layers;
    private final boolean lowPrecision;

    /** The layers that read one input of a block; {@code lowPrecision} multiplies in bfloat16. */
    public FullPrecisionLinears(DecoderBlockWeights weights, BlockInput input, boolean lowPrecision) {
        this.layers = input.weights().stream().map(name -> layer(weights, name)).toList();
        this.lowPrecision = lowPrecision;
    }

    private static Layer layer(DecoderBlockWeights weights, BlockTensor name) {
        return new Layer(weights.get(name), weights.biasOf(name));
    }

    @Override
    public NDArray[] apply(KernelCalls kernels, NDArray input) {
        return layers.stream().map(layer -> apply(kernels, input, layer)).toArray(NDArray[]::new);
    }

    private NDArray apply(KernelCalls kernels, NDArray input, Layer layer) {
        NDArray bias = layer.bias();
        return bias == null
                ? kernels.call("linear", input, layer.weight(), lowPrecision)
                : kernels.call("linear_with_bias", input, layer.weight(), bias, lowPrecision);
    }

    @Override
    public void close() {
        for (Layer layer : layers) {
            layer.weight().close();
            NDArray bias = layer.bias();
            if (bias != null) {
                bias.close();
            }
        }
    }
}
