package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.tensor.TensorOwner;
import java.util.EnumMap;
import java.util.Map;

/** Keeps what each linear of a block gives for one window, until it is closed. */
class Outputs implements BlockObserver, AutoCloseable {

    private final TensorOwner owner = new TensorOwner();
    private final Map<BlockTensor, NDArray> outputs = new EnumMap<>(BlockTensor.class);

    @Override
    public void output(BlockTensor linear, NDArray output) {
        outputs.put(linear, owner.own(output));
    }

    NDArray of(BlockTensor linear) {
        NDArray output = outputs.get(linear);
        if (output == null) {
            throw new IllegalStateException("the block has not computed " + linear);
        }
        return output;
    }

    @Override
    public void close() {
        owner.close();
    }
}
