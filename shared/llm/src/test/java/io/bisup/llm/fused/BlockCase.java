package io.bisup.llm.fused;

import java.util.stream.Stream;

/**
 * A kind of block to compare on.
 *
 * @param spec formats as the block kernels take them
 */
@SuppressWarnings("ArrayRecordComponent") // read once
record BlockCase(
        String name, BlockDimensions dims, long[] spec, int rank, int prefix, boolean biases, boolean headNorms) {

    static Stream<BlockCase> all() {
        BlockDimensions llama = new BlockDimensions(1, 80, 64, 4, 4, 16, 96, 1e-5);
        BlockDimensions grouped = new BlockDimensions(2, 33, 64, 4, 2, 16, 80, 1e-6);
        return Stream.of(
                new BlockCase("llama w3a3", llama, new long[] {3, 0, 32, 3, 1, 32, 16, 1}, 4, 0, false, false),
                new BlockCase("symmetric w4a4kv4", llama, new long[] {4, 1, 0, 4, 1, 0, 4, 0}, 0, 0, false, false),
                new BlockCase("qwen2 with prefix", grouped, new long[] {4, 0, 16, 8, 0, 16, 4, 0}, 3, 5, true, false),
                new BlockCase("qwen3 with prefix", grouped, new long[] {4, 1, 16, 4, 1, 16, 3, 1}, 3, 7, false, true),
                new BlockCase("weights only", grouped, new long[] {3, 0, 16, 16, 1, 0, 16, 1}, 2, 0, true, false),
                new BlockCase("activations only", llama, new long[] {16, 1, 0, 4, 1, 16, 16, 1}, 2, 0, false, false));
    }

    boolean quantizesWeights() {
        return spec[0] < 16;
    }

    boolean quantizesActivations() {
        return spec[3] < 16;
    }

    boolean quantizesCache() {
        return spec[6] < 16;
    }

    boolean clipsLowEnds() {
        return quantizesWeights() && spec[1] == 0;
    }

    int weightGroups(int width) {
        return groups(spec[2], width);
    }

    int activationGroups(int width) {
        return groups(spec[5], width);
    }

    /** [out, in] of q k v o gate up down. */
    int[][] linears() {
        int q = dims.queryWidth();
        int kv = dims.keyValueWidth();
        int hidden = dims.hidden();
        int inner = dims.intermediate();
        return new int[][] {
            {q, hidden}, {kv, hidden}, {kv, hidden}, {hidden, q}, {inner, hidden}, {inner, hidden}, {hidden, inner}
        };
    }

    /** Widths of the inputs of q/k/v, o, gate/up, down. */
    int[] inputs() {
        return new int[] {dims.hidden(), dims.queryWidth(), dims.hidden(), dims.intermediate()};
    }

    private static int groups(long size, int width) {
        return size == 0 ? 1 : Math.toIntExact(width / size);
    }

    @Override
    public String toString() {
        return name;
    }
}
