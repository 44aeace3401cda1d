package io.bisup.export.format;

import io.bisup.export.source.LinearShape;

/**
 * What a format cannot say of a model's shapes.
 *
 * @param tensor its name
 * @param shape such as [576, 1536]
 * @param reason why the format has no place for it
 * @param remedy what to do instead
 */
public record Refusal(String tensor, String shape, String reason, String remedy) {

    /** A refusal of a linear's weight. */
    public static Refusal of(LinearShape linear, String reason, String remedy) {
        String shape = "[" + linear.rows() + ", " + linear.columns() + "]";
        return new Refusal(linear.module(0) + ".weight", shape, reason, remedy);
    }

    /** The refusal as a sentence. */
    public String text() {
        return tensor + " " + shape + ": " + reason + "; " + remedy;
    }
}
