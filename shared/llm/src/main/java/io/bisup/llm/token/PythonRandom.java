package io.bisup.llm.token;

/**
 * Python's {@code random.Random}: the published sampling recipes can only be repeated with its stream. MT19937 (Matsumoto
 * and Nishimura, 1998) seeded by {@code init_by_array}, as CPython seeds it with an integer.
 */
public final class PythonRandom {

    private static final int WORDS = 624;
    private static final int MIDDLE = 397;

    private final int[] state = new int[WORDS];
    private int next = WORDS;

    /** As {@code random.seed(seed)}; Python drops the sign. */
    public PythonRandom(long seed) {
        long magnitude = Math.absExact(seed);
        int high = (int) (magnitude >>> 32);
        initialize(high == 0 ? new int[] {(int) magnitude} : new int[] {(int) magnitude, high});
    }

    /** As {@code random.randint(low, high)}: both ends included. */
    public long randint(long low, long high) {
        if (low > high) {
            throw new IllegalArgumentException("empty range " + low + " to " + high);
        }
        return low + below(Math.addExact(Math.subtractExact(high, low), 1));
    }

    /** As {@code random.random()}: 53 bits in [0, 1). */
    public double random() {
        long high = bits(27);
        long low = bits(26);
        return (high * 67108864.0 + low) * (1.0 / 9007199254740992.0);
    }

    /** Uniform in [0, bound): draws as many bits as the bound has until they fall below it, as CPython does. */
    private long below(long bound) {
        int bits = Long.SIZE - Long.numberOfLeadingZeros(bound);
        long value = bits(bits);
        while (value >= bound) {
            value = bits(bits);
        }
        return value;
    }

    /** As {@code random.getrandbits(bits)} for up to 63 bits: least significant word first. */
    private long bits(int bits) {
        if (bits <= Integer.SIZE) {
            return Integer.toUnsignedLong(nextWord()) >>> (Integer.SIZE - bits);
        }
        long low = Integer.toUnsignedLong(nextWord());
        long high = Integer.toUnsignedLong(nextWord()) >>> (2 * Integer.SIZE - bits);
        return high << Integer.SIZE | low;
    }

    private int nextWord() {
        if (next == WORDS) {
            regenerate();
        }
        int word = state[next++];
        word ^= word >>> 11;
        word ^= (word << 7) & 0x9d2c5680;
        word ^= (word << 15) & 0xefc60000;
        return word ^ (word >>> 18);
    }

    private void regenerate() {
        for (int i = 0; i < WORDS; i++) {
            int mixed = (state[i] & 0x80000000) | (state[(i + 1) % WORDS] & 0x7fffffff);
            int twisted = (mixed >>> 1) ^ ((mixed & 1) == 0 ? 0 : 0x9908b0df);
            state[i] = state[(i + MIDDLE) % WORDS] ^ twisted;
        }
        next = 0;
    }

    private void initialize(int[] key) {
        fill(19650218);
        int i = 1;
        for (int k = 0; k < WORDS; k++) {
            int word = k % key.length;
            state[i] = (state[i] ^ (mixed(i - 1) * 1664525)) + key[word] + word;
            i = following(i);
        }
        for (int k = 1; k < WORDS; k++) {
            state[i] = (state[i] ^ (mixed(i - 1) * 1566083941)) - i;
            i = following(i);
        }
        state[0] = 0x80000000;
    }

    private void fill(int seed) {
        state[0] = seed;
        for (int i = 1; i < WORDS; i++) {
            state[i] = 1812433253 * mixed(i - 1) + i;
        }
    }

    private int mixed(int i) {
        return state[i] ^ (state[i] >>> 30);
    }

    /** The index after {@code i}; index 0 only carries the last word over. */
    private int following(int i) {
        if (i + 1 < WORDS) {
            return i + 1;
        }
        state[0] = state[WORDS - 1];
        return 1;
    }
}
