package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.quantize.block.Samples;

/** The one sample of a block to measure. */
record OneSample(RandomBlock block) implements Samples {
    @Override
    public int count() {
        return 1;
    }

    @Override
    public NDArray input(int sample) {
        return block.input();
    }

    @Override
    public NDArray target(int sample) {
        return block.target();
    }

    @Override
    public LossWeights lossWeights(int sample) {
        return new LossWeights(block.none(), block.none());
    }
}
