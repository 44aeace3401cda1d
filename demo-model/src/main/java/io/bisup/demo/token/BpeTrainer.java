package io.bisup.demo.token;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Learns byte-pair merges (Sennrich et al., 2016) over words cut as GPT-2 cuts them. Deterministic: of equally frequent pairs
 * the one with the smaller ids is merged first.
 */
public final class BpeTrainer {
    private static final Pattern WORD =
            Pattern.compile("'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+");

    private final List<String> tokens = new ArrayList<>();
    private final List<int[]> words = new ArrayList<>();
    private final List<Integer> counts = new ArrayList<>();

    private BpeTrainer(Iterable<String> documents) {
        for (int b = 0; b < ByteAlphabet.SIZE; b++) {
            tokens.add(String.valueOf(ByteAlphabet.of(b)));
        }
        countWords(documents).forEach((word, count) -> {
            words.add(ByteAlphabet.bytes(word));
            counts.add(count);
        });
    }

    /**
     * Learns a vocabulary of {@code size} tokens, special ones included.
     *
     * @throws IllegalArgumentException when the text has too few different pairs for so many tokens
     */
    public static BpeVocabulary train(Iterable<String> documents, int size) {
        BpeTrainer trainer = new BpeTrainer(documents);
        List<BpeVocabulary.Merge> merges = new ArrayList<>();
        while (BpeVocabulary.FIRST_MERGE_ID + merges.size() < size) {
            merges.add(trainer.mergeMostFrequent());
        }
        return new BpeVocabulary(merges);
    }

    private static Map<String, Integer> countWords(Iterable<String> documents) {
        Map<String, Integer> counted = new TreeMap<>();
        for (String document : documents) {
            Matcher word = WORD.matcher(document);
            while (word.find()) {
                counted.merge(word.group(), 1, Integer::sum);
            }
        }
        return counted;
    }

    private BpeVocabulary.Merge mergeMostFrequent() {
        long best = mostFrequentPair();
        int left = (int) (best >>> Integer.SIZE);
        int right = (int) best;
        int joined = tokens.size();
        tokens.add(tokens.get(left) + tokens.get(right));
        words.replaceAll(word -> merge(word, left, right, joined));
        return new BpeVocabulary.Merge(tokens.get(left), tokens.get(right));
    }

    private long mostFrequentPair() {
        Map<Long, Integer> pairs = new HashMap<>();
        for (int w = 0; w < words.size(); w++) {
            int[] word = words.get(w);
            for (int i = 1; i < word.length; i++) {
                pairs.merge(((long) word[i - 1] << Integer.SIZE) | word[i], counts.get(w), Integer::sum);
            }
        }
        return pairs.entrySet().stream()
                .max(Map.Entry.<Long, Integer>comparingByValue()
                        .thenComparing(Map.Entry.<Long, Integer>comparingByKey().reversed()))
                .orElseThrow(() -> new IllegalArgumentException(
                        "The text has too few pairs for " + (tokens.size() + 1) + " tokens; ask for fewer."))
                .getKey();
    }

    private static int[] merge(int[] word, int left, int right, int joined) {
        int[] merged = new int[word.length];
        int length = 0;
        for (int i = 0; i < word.length; i++) {
            boolean pair = i + 1 < word.length && word[i] == left && word[i + 1] == right;
            merged[length++] = pair ? joined : word[i];
            i += pair ? 1 : 0;
        }
        return length == word.length ? word : Arrays.copyOf(merged, length);
    }
}
