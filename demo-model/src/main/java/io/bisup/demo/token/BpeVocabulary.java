package io.bisup.demo.token;

import java.util.List;

/**
 * A byte-level byte-pair vocabulary: the two special tokens, the 256 bytes, then one token per merge.
 *
 * @param merges pairs of tokens in the order they were learned, in the byte alphabet
 */
public record BpeVocabulary(List<Merge> merges) {
    /** Begins a sequence. */
    public static final String BOS = "<s>";

    /** Ends a document. */
    public static final String EOS = "</s>";

    public static final int BOS_ID = 0;
    public static final int EOS_ID = 1;
    static final int FIRST_BYTE_ID = 2;
    static final int FIRST_MERGE_ID = FIRST_BYTE_ID + ByteAlphabet.SIZE;

    public BpeVocabulary {
        merges = List.copyOf(merges);
    }

    /** Two tokens that become one. */
    public record Merge(String left, String right) {
        String joined() {
            return left + right;
        }
    }

    /** Number of tokens, special ones included. */
    public int size() {
        return FIRST_MERGE_ID + merges.size();
    }
}
