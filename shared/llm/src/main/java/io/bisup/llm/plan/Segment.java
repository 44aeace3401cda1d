package io.bisup.llm.plan;

import io.bisup.contract.recipe.Format;

/**
 * Consecutive input channels of one format.
 *
 * @param columns how many
 */
public record Segment(int columns, Format format) {

    /** Groups of a row. */
    public int groups() {
        return format.scope().groupsOf(columns);
    }
}
