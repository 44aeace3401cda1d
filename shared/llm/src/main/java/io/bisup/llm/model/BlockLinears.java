package io.bisup.llm.model;

/** The linear layers of a block, by the input they read; each may be full precision or quantized. */
public record BlockLinears(LinearGroup attention, LinearGroup output, LinearGroup feedForward, LinearGroup down)
        implements AutoCloseable {
    /** All layers as trained; {@code lowPrecision} multiplies in bfloat16. */
    public static BlockLinears fullPrecision(DecoderBlockWeights weights, boolean lowPrecision) {
        return new BlockLinears(
                new FullPrecisionLinears(weights, BlockInput.ATTENTION, lowPrecision),
                new FullPrecisionLinears(weights, BlockInput.OUTPUT, lowPrecision),
                new FullPrecisionLinears(weights, BlockInput.FEED_FORWARD, lowPrecision),
                new FullPrecisionLinears(weights, BlockInput.DOWN, lowPrecision));
    }

    @Override
    public void close() {
        attention.close();
        output.close();
        feedForward.close();
        down.close();
    }
}
