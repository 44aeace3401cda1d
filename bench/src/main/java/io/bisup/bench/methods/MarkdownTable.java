package io.bisup.bench.methods;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** A table in Markdown, grown column by column; the first columns stand left, numbers right. */
public final class MarkdownTable {

    private final List<String> head;
    private final int left;
    private final List<List<String>> lines = new ArrayList<>();

    /** @param left columns of text before those of numbers */
    public MarkdownTable(List<String> head, int left) {
        this.head = List.copyOf(head);
        this.left = left;
    }

    /** A line of as many cells as the head has. */
    public void add(List<String> cells) {
        if (cells.size() != head.size()) {
            throw new IllegalArgumentException(cells.size() + " cells under " + head.size() + " titles");
        }
        lines.add(List.copyOf(cells));
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        text.append(line(head)).append('|');
        for (int column = 0; column < head.size(); column++) {
            text.append(column < left ? "---|" : "---:|");
        }
        text.append('\n');
        lines.forEach(cells -> text.append(line(cells)));
        return text.toString();
    }

    private static String line(List<String> cells) {
        return cells.stream().collect(Collectors.joining(" | ", "| ", " |\n"));
    }
}
