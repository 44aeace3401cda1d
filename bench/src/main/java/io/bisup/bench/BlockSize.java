package io.bisup.bench;

/**
 * A Llama block to measure: multi-head attention with heads of 64, groups of 128 channels.
 *
 * @param hidden width of the residual stream
 * @param intermediate width of the gated MLP
 * @param tokens of the one sequence
 * @param bits of weights and of activations
 * @param rank of the adapters
 */
record BlockSize(int hidden, int intermediate, int tokens, int bits, int rank) {
    static final int HEAD = 64;
    static final int GROUP = 128;

    BlockSize {
        if (hidden % GROUP != 0 || intermediate % GROUP != 0) {
            throw new IllegalArgumentException("hidden " + hidden + " and intermediate " + intermediate
                    + " must be multiples of the group size " + GROUP);
        }
    }

    int heads() {
        return hidden / HEAD;
    }

    /** [out, in] of q k v o gate up down. */
    int[][] linears() {
        return new int[][] {
            {hidden, hidden},
            {hidden, hidden},
            {hidden, hidden},
            {hidden, hidden},
            {intermediate, hidden},
            {intermediate, hidden},
            {hidden, intermediate}
        };
    }
}
