package io.bisup.measure.task;

import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.SideBySide;
import io.bisup.measure.PassProgress;
import io.bisup.measure.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/**
 * Log-likelihoods of many documents' requests: sorted by length, batched, what a document's requests share passed once.
 *
 * <p>Memory: the hidden states of a wave of at most 64 MiB and its masks, and of each of the batches that are passed
 * {@linkplain SideBySide at the same time} one block's keys and values and its share of the logits. Blocks are the outer loop of a wave,
 * so a model that is streamed is read once per wave.
 */
final class LikelihoodScorer {

    /** Tokens of a batch: enough for full speed of the matrix products. */
    private static final int BATCH_TOKENS = 2048;

    /** At most this part of a row is padding where the batch has more tokens than a small one. */
    private static final int PADDED_PART = 8;

    private static final int SMALL_BATCH = 384;

    /** Bounds of memory. */
    record Limits(long waveBytes, long logits) {
        static final Limits DEFAULT = new Limits(64L << 20, Targets.LOGITS_AT_ONCE);
    }

    /** A document's requests and how well each was predicted. */
    record ScoredTree(RequestTree tree, List<Scored> scores) {}

    private final LanguageModel model;
    private final Kernels kernels;
    private final Limits limits;
    private final SideBySide batches;

    LikelihoodScorer(LanguageModel model, Kernels kernels) {
        this(model, kernels, Limits.DEFAULT);
    }

    LikelihoodScorer(LanguageModel model, Kernels kernels, Limits limits) {
        this.model = model;
        this.kernels = kernels;
        this.limits = limits;
        this.batches = SideBySide.on(model.runtime());
    }

    /**
     * Scores the trees, longest first: what needs most memory comes first, and the estimate of the time left is no worse than
     * the truth.
     *
     * @param done takes the trees of each wave and their requests' scores; may throw to stop
     * @param progress hears of trees; may throw to stop
     */
    void score(List<RequestTree> trees, Consumer<List<ScoredTree>> done, Progress progress) {
        PassProgress passes =
                new PassProgress(progress, trees.size(), model.config().layers() + 1);
        List<TreeBatch> wave = new ArrayList<>();
        long tokens = 0;
        long most = Math.max(1, limits.waveBytes() / (model.config().hiddenSize() * (long) Float.BYTES));
        for (List<TreeRow> group : groups(TreeRow.of(trees))) {
            TreeBatch batch = new TreeBatch(model, kernels, limits.logits() / batches.atOnce(), group);
            if (tokens + batch.size() > most && !wave.isEmpty()) {
                pass(wave, done, passes);
                wave = new ArrayList<>();
                tokens = 0;
            }
            wave.add(batch);
            tokens += batch.size();
        }
        pass(wave, done, passes);
    }

    private void pass(List<TreeBatch> wave, Consumer<List<ScoredTree>> done, PassProgress passes) {
        List<List<ScoredTree>> found = new ArrayList<>(Collections.nCopies(wave.size(), List.of()));
        try {
            wave.forEach(TreeBatch::begin);
            IntConsumer step = i -> passes.step(wave.get(i).trees().size());
            model.eachBlock((block, prefix) ->
                    batches.forEach(wave.size(), i -> wave.get(i).pass(block, prefix), step));
            batches.forEach(wave.size(), i -> found.set(i, scored(wave.get(i))), step);
            done.accept(found.stream().flatMap(List::stream).toList());
        } finally {
            wave.forEach(TreeBatch::close);
        }
    }

    private static List<ScoredTree> scored(TreeBatch batch) {
        List<RequestTree> trees = batch.trees();
        List<List<Scored>> scores = batch.scores();
        batch.close();
        return IntStream.range(0, trees.size())
                .mapToObj(i -> new ScoredTree(trees.get(i), scores.get(i)))
                .toList();
    }

    private static List<List<TreeRow>> groups(List<TreeRow> rows) {
        List<List<TreeRow>> groups = new ArrayList<>();
        List<TreeRow> group = new ArrayList<>();
        for (TreeRow row : rows) {
            if (!group.isEmpty() && !joins(group, row)) {
                groups.add(group);
                group = new ArrayList<>();
            }
            group.add(row);
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }

    /** Ordinary sequences, which need no mask, are not mixed with other rows. Small batches waste more than padding does. */
    private static boolean joins(List<TreeRow> group, TreeRow row) {
        TreeRow first = group.getFirst();
        int padded = (group.size() + 1) * first.length();
        boolean similar = first.length() - row.length() <= first.length() / PADDED_PART;
        return first.isChain() == row.isChain() && padded <= BATCH_TOKENS && (similar || padded <= SMALL_BATCH);
    }
}
