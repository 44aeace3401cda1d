package io.bisup.llm.quant;

import io.bisup.contract.Check;

/**
 * How one kind of tensor is quantized.
 *
 * @param bits 2 to 8, or 16 for "left as it is"
 * @param symmetric true: no zero point
 * @param group what shares a scale: a number of consecutive input channels (as "128"), or "channel" (a row of a weight),
 *     "token" (a row of an activation), "head" (a head's vector of one token in the key-value cache)
 */
public record TensorFormat(int bits, boolean symmetric, String group) {

    public TensorFormat {
        Check.require(
                bits == 16 || (bits >= 2 && bits <= 8), "bits", "is " + bits, "use 2 to 8, or 16 to leave it as it is");
        Check.present(group, "group");
        Check.require(
                group.matches("channel|token|head|[1-9][0-9]{0,4}"),
                "group",
                "is '" + group + "'",
                "use channel, token, head or a number of channels such as 128");
    }

    public static TensorFormat unquantized(String group) {
        return new TensorFormat(16, true, group);
    }

    public boolean quantizes() {
        return bits < 16;
    }

    /** Channels that share a scale, or 0 when the group is named and not counted. */
    public int groupSize() {
        return Character.isDigit(group.charAt(0)) ? Integer.parseInt(group) : 0;
    }
}
