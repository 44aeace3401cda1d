package io.bisup.measure;

import java.util.List;

/**
 * What a protocol makes of a data set.
 *
 * @param windows token ids, all of one length
 * @param tokens of the whole text, before windows were cut
 */
public record WindowSet(List<long[]> windows, long tokens) {
    public WindowSet {
        windows = List.copyOf(windows);
    }
}
