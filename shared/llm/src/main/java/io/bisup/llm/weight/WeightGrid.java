package io.bisup.llm.weight;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Format;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The codes a weight may take: number formats and the part of each tile's range that they cover.
 *
 * @param segments of input channels, in order; keepers are the last one
 */
public record WeightGrid(List<Segment> segments) {

    /**
     * Consecutive input channels in one number format.
     *
     * @param columns how many
     * @param high clip factors on upper (symmetric: on both) ends, broadcastable to [tiles, groups]; null for the full range
     * @param low the same on lower ends, broadcastable to [tiles, groups]; as {@code high} for symmetric formats
     */
    public record Segment(
            int columns,
            Format format,
            @Nullable NDArray high,
            @Nullable NDArray low) {
        /** @throws IllegalArgumentException when factors of one end only are given */
        public Segment {
            if ((high == null) != (low == null)) {
                throw new IllegalArgumentException("clip factors are given for one end only; give both or none");
            }
        }

        /** The full range. */
        public static Segment full(int columns, Format format) {
            return new Segment(columns, format, null, null);
        }
    }

    public WeightGrid {
        segments = List.copyOf(segments);
    }

    /** One format with the full range for all channels. */
    public static WeightGrid full(int columns, Format format) {
        return new WeightGrid(List.of(Segment.full(columns, format)));
    }

    /** Input channels. */
    public int columns() {
        return segments.stream().mapToInt(Segment::columns).sum();
    }

    /**
     * Refuses a weight of another width.
     *
     * @throws IllegalArgumentException naming the tensor
     */
    void requireWidth(String name, NDArray weight) {
        if (weight.getShape().dimension() != 2 || weight.getShape().get(1) != columns()) {
            throw new IllegalArgumentException(name + " has shape " + weight.getShape() + "; its grid has " + columns()
                    + " input channels in " + segments.size() + " segments");
        }
    }
}
