package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;

/** Which elements of a tensor share one scale (methods §1.4). */
public sealed interface Scope {

    /** One row: an output channel of a weight, a token of an input. */
    record Row() implements Scope {}

    /**
     * Consecutive input channels; the last group of a row may be shorter.
     *
     * @param columns channels of a group, such as 128
     * @param rows adjacent output channels of a weight that share it: 1, or 2 in Atom
     */
    record Channels(
            int columns, @JsonProperty(defaultValue = "1") int rows) implements Scope {
        public Channels {
            Check.range(columns, 1, 65_536, "columns");
            Check.range(rows, 1, 64, "rows");
        }
    }

    /** One head's vector of one token, in the key-value cache. */
    record Head() implements Scope {}

    /** The whole tensor; the language has it, and the planner refuses it for every model. */
    record Tensor() implements Scope {}

    /** Groups of so many columns of one row. */
    static Scope columns(int columns) {
        return new Channels(columns, 1);
    }

    /** Elements of a row of {@code width} that share a scale. */
    default int columnsOf(int width) {
        return switch (this) {
            case Row row -> width;
            case Head head -> width;
            case Tensor tensor -> width;
            case Channels channels -> Math.min(channels.columns(), width);
        };
    }

    /** Groups in a row of {@code width}; the last may be shorter. */
    default int groupsOf(int width) {
        return Math.ceilDiv(width, columnsOf(width));
    }

    /** Adjacent rows that share a scale; 1 where each has its own. */
    default int sharedRows() {
        return switch (this) {
            case Channels channels -> channels.rows();
            case Row row -> 1;
            case Head head -> 1;
            case Tensor tensor -> 1;
        };
    }
}
