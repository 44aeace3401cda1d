package io.bisup.llm.model;

import io.bisup.llm.block.DecoderBlock;
import java.util.List;
import java.util.function.IntFunction;

/** Where a model's blocks come from: all resident, or loaded one at a time. */
public interface BlockSource extends AutoCloseable {
    /** The block of a layer, for use until {@link #release}. */
    DecoderBlock acquire(int layer);

    /** Ends the use of a block. */
    void release(DecoderBlock block);

    /** Frees what stays resident. */
    @Override
    void close();

    /** Blocks that stay in memory until the source is closed. */
    static BlockSource resident(List<DecoderBlock> blocks) {
        List<DecoderBlock> all = List.copyOf(blocks);
        return new BlockSource() {
            @Override
            public DecoderBlock acquire(int layer) {
                return all.get(layer);
            }

            @Override
            public void release(DecoderBlock block) {
                // Stays for the next use.
            }

            @Override
            public void close() {
                all.forEach(DecoderBlock::close);
            }
        };
    }

    /** Blocks that are loaded at each use and freed after it: peak memory is one block, whatever the model's size. */
    static BlockSource streamed(IntFunction<DecoderBlock> loader) {
        return new BlockSource() {
            @Override
            public DecoderBlock acquire(int layer) {
                return loader.apply(layer);
            }

            @Override
            public void release(DecoderBlock block) {
                block.close();
            }

            @Override
            public void close() {
                // Nothing is resident.
            }
        };
    }
}
