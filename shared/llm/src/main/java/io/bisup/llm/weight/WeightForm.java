package io.bisup.llm.weight;

import io.bisup.contract.recipe.Format;
import java.util.List;

/**
 * The form of a stored weight, for an artifact's document.
 *
 * @param rows output channels
 * @param segments of input channels, in order; keepers are the last one
 */
public record WeightForm(int rows, List<Segment> segments) {

    /**
     * Consecutive input channels in one number format.
     *
     * @param columns how many
     */
    public record Segment(int columns, Format format) {}

    public WeightForm {
        segments = List.copyOf(segments);
        if (segments.isEmpty()) {
            throw new IllegalArgumentException("a stored weight has no segments; give it one or more");
        }
    }

    /** A weight in one format. */
    public static WeightForm of(int rows, int columns, Format format) {
        return new WeightForm(rows, List.of(new Segment(columns, format)));
    }

    /** Input channels. */
    public int columns() {
        return segments.stream().mapToInt(Segment::columns).sum();
    }
}
