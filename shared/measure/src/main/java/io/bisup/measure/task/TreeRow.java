package io.bisup.measure.task;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Documents one after another in one row of tokens; none sees another. */
final class TreeRow {

    /** Short documents share rows of so many tokens: long enough for little padding, short enough for cheap attention. */
    static final int SHARED_TOKENS = 256;

    private final List<RequestTree> trees = new ArrayList<>();
    private int length;

    /** Rows of all documents, longest first; ordinary sequences, which need no mask, have rows of their own, and come first. */
    static List<TreeRow> of(List<RequestTree> trees) {
        List<TreeRow> rows = new ArrayList<>();
        TreeMap<Integer, Deque<TreeRow>> byRoom = new TreeMap<>();
        for (RequestTree tree : trees.stream()
                .sorted(Comparator.comparingInt(RequestTree::length).reversed())
                .toList()) {
            TreeRow row = tree.isChain() ? new TreeRow() : roomy(byRoom, tree.length());
            if (row.trees.isEmpty()) {
                rows.add(row);
            }
            row.add(tree);
            int room = SHARED_TOKENS - row.length;
            if (!tree.isChain() && room > 0) {
                byRoom.computeIfAbsent(room, size -> new ArrayDeque<>()).add(row);
            }
        }
        rows.sort(Comparator.comparing(TreeRow::isChain)
                .thenComparingInt(row -> row.length)
                .reversed());
        return rows;
    }

    /** The row with the least room that is enough, or a new one. */
    private static TreeRow roomy(NavigableMap<Integer, Deque<TreeRow>> byRoom, int length) {
        Map.Entry<Integer, Deque<TreeRow>> entry = byRoom.ceilingEntry(length);
        if (entry == null) {
            return new TreeRow();
        }
        TreeRow row = entry.getValue().remove();
        if (entry.getValue().isEmpty()) {
            byRoom.remove(entry.getKey());
        }
        return row;
    }

    private void add(RequestTree tree) {
        trees.add(tree);
        length += tree.length();
    }

    List<RequestTree> trees() {
        return trees;
    }

    /** Tokens of the row. */
    int length() {
        return length;
    }

    /** Whether it is an ordinary sequence, for which causal attention does. */
    boolean isChain() {
        return trees.size() == 1 && trees.getFirst().isChain();
    }

    /** The tokens at the row's places, padded with zeros. */
    long[] tokens(int width) {
        long[] tokens = new long[width];
        int start = 0;
        for (RequestTree tree : trees) {
            System.arraycopy(tree.tokens(), 0, tokens, start, tree.length());
            start += tree.length();
        }
        return tokens;
    }
}
