package io.bisup.demo.train;

import io.bisup.demo.token.BpeVocabulary;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;

/**
 * Draws training windows from tokenized documents. A model that is to be evaluated on bare cuts of running text, to start
 * documents itself and to stand behind a cached prefix has to see all three, so each third of the windows is one of them.
 */
final class TrainingTokens {
    private final long[] stream;
    private final long[] prefix;
    private final int[] documentStarts;
    private final SplittableRandom random;

    /**
     * Tokenizes the documents, joined by blank lines.
     *
     * @param encode token ids of a text without BOS
     * @param prefixText what a prefix window starts with, after BOS
     */
    TrainingTokens(List<String> documents, String prefixText, Function<String, long[]> encode, long seed) {
        this.random = new SplittableRandom(seed);
        this.prefix = prepend(BpeVocabulary.BOS_ID, encode.apply(prefixText + "\n\n"));
        this.documentStarts = new int[documents.size()];
        List<long[]> encoded =
                documents.parallelStream().map(d -> encode.apply(d + "\n\n")).toList();
        this.stream = new long[encoded.stream().mapToInt(ids -> ids.length).sum()];
        int at = 0;
        for (int i = 0; i < encoded.size(); i++) {
            documentStarts[i] = at;
            System.arraycopy(encoded.get(i), 0, stream, at, encoded.get(i).length);
            at += encoded.get(i).length;
        }
    }

    /** Number of tokens of all documents. */
    int size() {
        return stream.length;
    }

    /** The next window of {@code length} token ids. */
    long[] next(int length) {
        return switch (random.nextInt(3)) {
            case 0 -> window(new long[0], random.nextInt(stream.length), length);
            case 1 -> window(new long[] {BpeVocabulary.BOS_ID}, documentStart(), length);
            default -> window(prefix, random.nextInt(stream.length), length);
        };
    }

    private int documentStart() {
        return documentStarts[random.nextInt(documentStarts.length)];
    }

    /** {@code head} and then the stream from {@code start}, around its end if need be. */
    private long[] window(long[] head, int start, int length) {
        long[] window = new long[length];
        for (int i = 0; i < length; i++) {
            window[i] = i < head.length ? head[i] : stream[(start + i - head.length) % stream.length];
        }
        return window;
    }

    private static long[] prepend(long first, long[] rest) {
        long[] all = new long[rest.length + 1];
        all[0] = first;
        System.arraycopy(rest, 0, all, 1, rest.length);
        return all;
    }
}
