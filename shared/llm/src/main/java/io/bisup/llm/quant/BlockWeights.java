package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import java.util.List;
import java.util.function.Function;

/** The parameters of one block as the block kernels take them: float32, an empty tensor where the model has none. */
public final class BlockWeights implements AutoCloseable {

    /** The kernels' order. */
    static final List<BlockTensor> ORDER = List.of(
            BlockTensor.INPUT_NORM,
            BlockTensor.QUERY,
            BlockTensor.KEY,
            BlockTensor.VALUE,
            BlockTensor.OUTPUT,
            BlockTensor.POST_ATTENTION_NORM,
            BlockTensor.GATE,
            BlockTensor.UP,
            BlockTensor.DOWN,
            BlockTensor.QUERY_BIAS,
            BlockTensor.KEY_BIAS,
            BlockTensor.VALUE_BIAS,
            BlockTensor.QUERY_NORM,
            BlockTensor.KEY_NORM);

    private final NDArray[] tensors;

    /** @param tensors in the kernels' order; owned from here on */
    public BlockWeights(NDArray[] tensors) {
        if (tensors.length != ORDER.size()) {
            throw new IllegalArgumentException(tensors.length + " tensors are no block; " + ORDER.size() + " are");
        }
        this.tensors = tensors;
    }

    /** Reads every parameter that a model of this shape has. */
    public static BlockWeights load(DecoderConfig config, NDManager manager, Function<BlockTensor, NDArray> parameter) {
        NDArray[] tensors = new NDArray[ORDER.size()];
        for (int i = 0; i < tensors.length; i++) {
            BlockTensor tensor = ORDER.get(i);
            tensors[i] = tensor.presentIn(config) ? parameter.apply(tensor) : manager.create(new Shape(0));
        }
        return new BlockWeights(tensors);
    }

    /** All of them, for a kernel. */
    public NDArray[] tensors() {
        return tensors;
    }

    /** One of them; empty where the model has none. */
    public NDArray get(BlockTensor tensor) {
        return tensors[ORDER.indexOf(tensor)];
    }

    @Override
    public void close() {
        for (NDArray tensor : tensors) {
            tensor.close();
        }
    }
}
