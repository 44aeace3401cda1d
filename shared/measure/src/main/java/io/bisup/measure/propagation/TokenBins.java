package io.bisup.measure.propagation;

import io.bisup.contract.PropagationResult.Bin;
import java.util.ArrayList;
import java.util.List;

/** The positions of a sequence in few bins: the first tokens, which matter most, each by itself. */
public final class TokenBins {

    private static final int SINGLE = 4;
    private static final int SHARED = 28;

    private TokenBins() {}

    /**
     * The bins of a window behind a prefix, in order.
     *
     * @param prefix tokens of the prefix
     * @param window tokens of the window
     */
    public static List<Bin> of(int prefix, int window) {
        List<Bin> bins = new ArrayList<>();
        if (prefix > 0) {
            bins.add(new Bin(0, 0, true));
        }
        if (prefix > 1) {
            bins.add(new Bin(1, prefix - 1, true));
        }
        int single = Math.min(SINGLE, window);
        for (int i = 0; i < single; i++) {
            bins.add(new Bin(prefix + i, prefix + i, false));
        }
        int rest = window - single;
        int shared = Math.min(SHARED, rest);
        for (int i = 0; i < shared; i++) {
            int from = Math.toIntExact((long) rest * i / shared);
            int to = Math.toIntExact((long) rest * (i + 1) / shared);
            bins.add(new Bin(prefix + single + from, prefix + single + to - 1, false));
        }
        return List.copyOf(bins);
    }
}
