package io.bisup.measure.task;

import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * Log-likelihoods of many documents' requests: sorted by length, batched, what a document's requests share passed once.
 *
 * <p>Memory: the hidden states of a wave of at most {@value #WAVE_BYTES} bytes, one block's keys and values of one batch, and
 * one slice of logits. Blocks are the outer loop of a wave, so a model that is streamed is read once per wave.
 */
final class LikelihoodScorer {

    /** Tokens of a batch: enough for full speed of the matrix products. */
    private static final int BATCH_TOKENS = 2048;

    private static final long WAVE_BYTES = 64L << 20;

    /** A document may repeat this part of its shared tokens per choice to join a batch of documents that share less. */
    private static final int REPEATED_PART = 16;

    private final LanguageModel model;
    private final Kernels kernels;

    LikelihoodScorer(LanguageModel model, Kernels kernels) {
        this.model = model;
        this.kernels = kernels;
    }

    /**
     * Scores the trees, longest first: what needs most memory comes first, and the estimate of the time left is no worse than
     * the truth.
     *
     * @param done takes each tree and its requests' scores; may throw to stop
     */
    void score(List<RequestTree> trees, BiConsumer<RequestTree, List<Scored>> done) {
        List<TreeBatch> wave = new ArrayList<>();
        long tokens = 0;
        long most = Math.max(1, WAVE_BYTES / (model.config().hiddenSize() * (long) Float.BYTES));
        for (List<RequestTree> group : groups(trees)) {
            int trunk = trunk(group);
            int size = group.stream().mapToInt(tree -> tree.tokens(trunk)).sum();
            if (tokens + size > most && !wave.isEmpty()) {
                pass(wave, done);
                wave = new ArrayList<>();
                tokens = 0;
            }
            wave.add(new TreeBatch(model, kernels, group, trunk));
            tokens += size;
        }
        pass(wave, done);
    }

    private void pass(List<TreeBatch> wave, BiConsumer<RequestTree, List<Scored>> done) {
        try {
            wave.forEach(TreeBatch::begin);
            model.eachBlock((block, prefix) -> wave.forEach(batch -> batch.pass(block, prefix)));
            for (TreeBatch batch : wave) {
                List<List<Scored>> scores = batch.scores();
                for (int i = 0; i < scores.size(); i++) {
                    done.accept(batch.trees().get(i), scores.get(i));
                }
                batch.close();
            }
        } finally {
            wave.forEach(TreeBatch::close);
        }
    }

    /** Without branches nothing reads the trunks' ends, so that shorter ones may be padded; else the shortest shared part. */
    private static int trunk(List<RequestTree> group) {
        return group.stream().allMatch(RequestTree::withoutBranches)
                ? group.stream().mapToInt(RequestTree::shared).max().orElse(0)
                : group.stream().mapToInt(RequestTree::shared).min().orElse(0);
    }

    private static List<List<RequestTree>> groups(List<RequestTree> trees) {
        List<RequestTree> sorted = trees.stream()
                .sorted(Comparator.comparing(RequestTree::withoutBranches)
                        .thenComparing(Comparator.comparingInt(RequestTree::shared)
                                .thenComparingInt(RequestTree::longest)
                                .reversed()))
                .toList();
        List<List<RequestTree>> groups = new ArrayList<>();
        List<RequestTree> group = new ArrayList<>();
        int tokens = 0;
        for (RequestTree tree : sorted) {
            int size = tree.tokens(tree.shared());
            if (!group.isEmpty() && (tokens + size > BATCH_TOKENS || !joins(group.getFirst(), tree))) {
                groups.add(group);
                group = new ArrayList<>();
                tokens = 0;
            }
            group.add(tree);
            tokens += size;
        }
        if (!group.isEmpty()) {
            groups.add(group);
        }
        return groups;
    }

    private static boolean joins(RequestTree first, RequestTree tree) {
        if (first.withoutBranches() || tree.withoutBranches()) {
            return first.withoutBranches() && tree.withoutBranches();
        }
        return first.shared() - tree.shared() <= first.shared() / REPEATED_PART;
    }
}
