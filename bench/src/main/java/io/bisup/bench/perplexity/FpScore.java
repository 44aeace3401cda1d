package io.bisup.bench.perplexity;

/**
 * What one program makes of the windows.
 *
 * @param perplexity by GPTQ's protocol
 */
record FpScore(double seconds, double cpuSeconds, double perplexity) {

    /** The same perplexity, of whichever run took less time. */
    FpScore faster(FpScore other) {
        return other.seconds < seconds ? other : this;
    }
}
