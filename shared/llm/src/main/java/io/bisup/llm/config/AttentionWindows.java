package io.bisup.llm.config;

import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

/**
 * How many positions each block attends to (sliding-window attention: Beltagy et al., 2020; Jiang et al., 2023): the
 * query at position p sees the keys at p - size + 1 to p.
 *
 * @param size positions that a windowed block sees, the query's own included
 * @param windowed one entry per block; empty when every block sees all positions
 */
public record AttentionWindows(int size, List<Boolean> windowed) {
    /** The window of a block that sees every position. */
    public static final int UNLIMITED = Integer.MAX_VALUE;

    /** Every block sees every position. */
    public static final AttentionWindows FULL = new AttentionWindows(UNLIMITED, List.of());

    public AttentionWindows {
        windowed = List.copyOf(windowed);
        if (!windowed.isEmpty()) {
            ConfigRange.of("sliding_window", size, 1, DecoderConfig.MAX_POSITIONS);
        }
    }

    /** One window for all blocks. */
    static AttentionWindows everywhere(int size, int layers) {
        return new AttentionWindows(size, Collections.nCopies(layers, true));
    }

    /** Full attention in the first blocks, the window in the others. */
    static AttentionWindows from(int firstWindowed, int size, int layers) {
        return new AttentionWindows(
                size,
                IntStream.range(0, layers)
                        .mapToObj(layer -> layer >= firstWindowed)
                        .toList());
    }

    /** Positions that a block sees, or {@link #UNLIMITED}. */
    public int of(int layer) {
        return !windowed.isEmpty() && windowed.get(layer) ? size : UNLIMITED;
    }

    /** The smallest window of any block, or {@link #UNLIMITED}. */
    public int narrowest() {
        return windowed.contains(true) ? size : UNLIMITED;
    }
}
