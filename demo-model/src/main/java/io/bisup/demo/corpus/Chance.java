package io.bisup.demo.corpus;

import java.util.SplittableRandom;

/**
 * Seeded choice that also adds up how surprising its choices were. The sum bounds the entropy of the text from above, and so
 * tells how good a language model of the text can get.
 */
final class Chance {
    /** Flattens the rank-frequency curve a little below that of natural words. */
    private static final double RANK_EXPONENT = 0.2;

    private static final int RANK_OFFSET = 4;

    private final SplittableRandom random;
    private double nats;

    Chance(long seed) {
        this.random = new SplittableRandom(seed);
    }

    /** Picks an index below {@code size}; lower ranks are likelier, as with words in natural text. */
    int ranked(int size) {
        double total = 0;
        for (int rank = 0; rank < size; rank++) {
            total += weight(rank);
        }
        double mark = random.nextDouble() * total;
        int rank = 0;
        while (rank < size - 1 && mark >= weight(rank)) {
            mark -= weight(rank);
            rank++;
        }
        nats -= Math.log(weight(rank) / total);
        return rank;
    }

    /** Picks a whole number in {@code [low, high]}, each equally likely. */
    int between(int low, int high) {
        nats += Math.log((double) high - low + 1);
        return random.nextInt(low, high + 1);
    }

    /** The information of all choices so far, in nats. */
    double nats() {
        return nats;
    }

    private static double weight(int rank) {
        // StrictMath: the same corpus, bit for bit, on every platform.
        return StrictMath.pow(rank + RANK_OFFSET, -RANK_EXPONENT);
    }
}
