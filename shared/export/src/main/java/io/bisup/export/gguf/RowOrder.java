package io.bisup.export.gguf;

/**
 * The order of a weight's rows.
 *
 * @param headSize rows of a head whose halves are interleaved; 0: rows stay as they are
 */
record RowOrder(int headSize) {

    /** Rows as they are. */
    static final RowOrder SAME = new RowOrder(0);

    /**
     * Which row is written at a place. llama.cpp's llama rotates neighbouring rows 2i and 2i + 1 of a query or key head where
     * transformers rotates i and i + size / 2.
     */
    int source(int row) {
        if (headSize == 0) {
            return row;
        }
        int at = row % headSize;
        return row - at + at / 2 + at % 2 * (headSize / 2);
    }
}
