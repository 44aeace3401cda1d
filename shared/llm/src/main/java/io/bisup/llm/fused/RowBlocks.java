package io.bisup.llm.fused;

import ai.djl.pytorch.jni.JniUtils;
import java.util.stream.IntStream;

/**
 * Rows cut into blocks of a fixed size, worked on in parallel where libtorch may use more than one thread.
 *
 * <p>The size does not depend on the number of processors, so sums taken block by block do not either.
 */
final class RowBlocks {
    static final int SIZE = 64;

    /** Work on the rows from {@code from} up to {@code to}. */
    @FunctionalInterface
    interface Body {
        void accept(int block, int from, int to);
    }

    private RowBlocks() {}

    static int count(int rows) {
        return (rows + SIZE - 1) / SIZE;
    }

    static void forEach(int rows, Body body) {
        IntStream blocks = IntStream.range(0, count(rows));
        (JniUtils.getNumThreads() > 1 ? blocks.parallel() : blocks)
                .forEach(block -> body.accept(block, block * SIZE, Math.min(rows, (block + 1) * SIZE)));
    }
}
