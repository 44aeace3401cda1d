package io.bisup.llm.weight;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;

/**
 * Which elements of a weight share a scale.
 *
 * @param columns neighbouring input channels
 * @param rows neighbouring output channels
 */
public record Tiling(int columns, int rows) {

    /** Of a weight [height, width]. */
    public static Tiling of(Format format, int height, int width) {
        return switch (format.scope()) {
            case Scope.Channels channels -> new Tiling(channels.columnsOf(width), channels.rows());
            case Scope.Row row -> new Tiling(width, 1);
            case Scope.Tensor tensor -> new Tiling(width, height);
            case Scope.Head head ->
                throw new IllegalArgumentException("a weight has no heads to share scales; use row or columns");
        };
    }

    /** Rows of tiles. */
    public int tilesOf(int height) {
        return Math.ceilDiv(height, rows);
    }

    /** Tiles in a row of them. */
    public int groupsOf(int width) {
        return Math.ceilDiv(width, columns);
    }
}
