package io.bisup.llm.peer;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;

/**
 * Dynamic quantization of an input: scales follow from the values of each token at run time.
 *
 * @param bits of a code, 2 to 8
 * @param symmetric true: no zero point
 * @param group channels that share a scale; 0: all of a token
 */
public record PeerInput(int bits, boolean symmetric, int group) {

    /** The number format. */
    Format format() {
        return Format.integer(bits, symmetric, group == 0 ? new Scope.Row() : Scope.columns(group));
    }
}
