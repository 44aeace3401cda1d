package io.bisup.contract.recipe;

import io.bisup.contract.Check;

/**
 * Input channels kept at more bits: the last ones after a reordering (Atom, arXiv 2310.19102, §4.1).
 *
 * @param channels how many
 * @param bits of their codes, symmetric, one scale per row and token
 */
public record Keepers(int channels, int bits) {
    public Keepers {
        Check.range(channels, 1, 65_536, "channels");
        Check.range(bits, 2, 8, "bits");
    }
}
