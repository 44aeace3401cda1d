package io.bisup.llm.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Fixed-length windows of a long sequence of token ids. */
public final class Windows {

    private Windows() {}

    /**
     * Random windows for calibration, as GPTQ and its relatives draw them from WikiText-2: starts are
     * {@code randint(0, tokens - length - 1)} of Python's generator.
     *
     * @param tokens ids of the whole joined corpus, tokenized once
     * @param count windows to draw
     * @param length tokens of each
     * @param seed of the generator; 0 in Atom, 2 in OmniQuant
     * @throws IllegalArgumentException if the corpus has not more than {@code length} tokens
     */
    public static List<long[]> random(long[] tokens, int count, int length, long seed) {
        if (length < 1 || tokens.length <= length) {
            throw new IllegalArgumentException("the text has " + tokens.length + " tokens, windows of " + length
                    + " need at least " + (length + 1L));
        }
        PythonRandom random = new PythonRandom(seed);
        List<long[]> windows = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            int start = (int) random.randint(0, tokens.length - length - 1L);
            windows.add(Arrays.copyOfRange(tokens, start, start + length));
        }
        return windows;
    }

    /** Consecutive windows from the start; tokens that do not fill the last one are dropped. */
    public static List<long[]> consecutive(long[] tokens, int length) {
        if (length < 1) {
            throw new IllegalArgumentException("windows of " + length + " tokens");
        }
        List<long[]> windows = new ArrayList<>(tokens.length / length);
        for (int start = 0; start + length <= tokens.length; start += length) {
            windows.add(Arrays.copyOfRange(tokens, start, start + length));
        }
        return windows;
    }
}
