package io.bisup.contract.recipe;

/** How many bits an artifact spends on each weight of a linear, all told: nominal bits alone compare unlike things. */
public final class StoredBits {

    /** Scales and low-rank branches are stored as bfloat16. */
    private static final int WIDE = 16;

    private StoredBits() {}

    /**
     * Bits of codes, scales, zero points, keepers and branches, over the number of weights, where no override counts.
     *
     * @param out output channels of the linear
     * @param in input channels
     */
    public static double perWeight(Recipe recipe, int out, int in) {
        return perWeight(recipe, recipe.precision().weights(), out, in);
    }

    /** The same of a linear whose weight has its own format. */
    public static double perWeight(Recipe recipe, Format format, int out, int in) {
        Keepers keepers = recipe.precision().keepers();
        int kept = keepers == null || !format.quantizes() ? 0 : Math.min(keepers.channels(), in);
        double bits = segment(format, out, in - kept);
        if (keepers != null && kept > 0) {
            bits += segment(Format.integer(keepers.bits(), true, new Scope.Row()), out, kept);
        }
        LowRank branch = recipe.compensation();
        if (branch != null) {
            bits += (double) WIDE * branch.rank() * (out + in);
        }
        return bits / ((double) out * in);
    }

    /** Bits of {@code columns} input channels in one format. */
    private static double segment(Format format, int out, int columns) {
        if (columns == 0) {
            return 0;
        }
        double codes = (double) format.bits() * out * columns;
        if (!format.quantizes()) {
            return codes;
        }
        int perScale = WIDE + (format.symmetric() ? 0 : format.bits());
        return codes + scales(format.scope(), out, columns) * perScale;
    }

    private static double scales(Scope scope, int out, int columns) {
        return switch (scope) {
            case Scope.Tensor tensor -> 1;
            case Scope.Row row -> out;
            case Scope.Head head -> out;
            case Scope.Channels channels -> (double) Math.ceilDiv(out, channels.rows()) * channels.groupsOf(columns);
        };
    }
}
