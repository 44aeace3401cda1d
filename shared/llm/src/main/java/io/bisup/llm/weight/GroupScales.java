package io.bisup.llm.weight;

/**
 * What the scales of a group are taken from when columns change as GPTQ goes along. With act-order "the columns as they are" are
 * those of the weight as it was, because a stored group holds neighbouring columns, which are not rounded one after the other.
 */
public sealed interface GroupScales {

    /** The weight as it was: for clip factors that were learnt or found on it. */
    record Fixed() implements GroupScales {}

    /** The columns as they are when their group's turn comes, with the grid's clip factors (GPTQ's reference code). */
    record Current() implements GroupScales {}

    /**
     * As {@link Current}, with the clip factor of least Σ|w − ŵ|^norm of each group (QuaRot's reference code).
     *
     * @param norm 2, or 2.4 in QuaRot
     * @param search that tries the factors
     */
    record Searched(double norm, ClipSearch search) implements GroupScales {}
}
