package io.bisup.contract.recipe;

/**
 * The steps that readers of compressed-tensors give symmetric inputs. vLLM's kernels take max|x| / (2^(b−1) − 1), a full range here
 * (humming-kernels 0.1.19, vLLM's int8 kernels); the compressed-tensors package itself, with which transformers reads, takes
 * max|x| / ((2^b − 1) / 2). The one is the other times a constant, so that a recipe can ask for it as a fixed range.
 */
public final class ReaderRange {

    private static final double TOLERANCE = 1e-3;

    private ReaderRange() {}

    /** The factor that turns a full range into the package's own: 14/15 at 4 bits, 254/255 at 8. */
    public static double factor(int bits) {
        return ((1 << bits) - 2) / (double) ((1 << bits) - 1);
    }

    static boolean is(Range range, int bits) {
        return range instanceof Range.Fixed fixed && Math.abs(fixed.factor() - factor(bits)) < TOLERANCE;
    }
}
