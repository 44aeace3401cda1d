package io.bisup.measure.task;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Rows of documents that go through the model together, padded on the right: nothing that is scored sees the pads.
 *
 * <p>Hidden states: [rows, longest row, hidden]. They are freed on close.
 */
final class TreeBatch implements AutoCloseable {

    private final LanguageModel model;
    private final Kernels kernels;
    private final long logits;
    private final List<TreeRow> rows;
    private final int width;
    private @Nullable NDArray hidden;
    private @Nullable TreeLayout layout;

    /**
     * @param kernels of {@link io.bisup.measure.EvaluationKernels}
     * @param logits most of them that are computed at once
     */
    TreeBatch(LanguageModel model, Kernels kernels, long logits, List<TreeRow> rows) {
        this.model = model;
        this.kernels = kernels;
        this.logits = logits;
        this.rows = List.copyOf(rows);
        this.width = rows.stream().mapToInt(TreeRow::length).max().orElse(0);
    }

    /** The documents, row after row. */
    List<RequestTree> trees() {
        return rows.stream().flatMap(row -> row.trees().stream()).toList();
    }

    /** Places in the batch, pads included. */
    int size() {
        return rows.size() * width;
    }

    /** Embeds the tokens. */
    void begin() {
        if (width == 0) {
            return;
        }
        long[] ids = new long[size()];
        for (int row = 0; row < rows.size(); row++) {
            System.arraycopy(rows.get(row).tokens(width), 0, ids, row * width, width);
        }
        hidden = Tensors.unscoped(model.embed(ids, rows.size()));
    }

    /** Passes one block. Rows that are ordinary sequences need no mask of their own. */
    void pass(BiFunction<NDArray, AttentionContext, NDArray> block, AttentionContext prefix) {
        NDArray before = hidden;
        if (before != null) {
            hidden = Tensors.unscoped(
                    block.apply(before, chains() ? prefix : layout(prefix).behind(prefix)));
            before.close();
        }
    }

    private boolean chains() {
        return rows.stream().allMatch(TreeRow::isChain);
    }

    private TreeLayout layout(AttentionContext prefix) {
        if (layout == null) {
            layout = new TreeLayout(model.runtime().manager(), kernels, rows, width, prefix.length());
        }
        return layout;
    }

    /** The scores of each tree's requests, after the last block. */
    List<List<Scored>> scores() {
        Targets targets = new Targets(model, kernels, logits);
        for (int row = 0; row < rows.size(); row++) {
            long start = row * (long) width;
            for (RequestTree tree : rows.get(row).trees()) {
                ask(tree, start, targets);
                start += tree.length();
            }
        }
        targets.score(hidden);
        return trees().stream()
                .map(tree -> tree.requests().stream().map(targets::of).toList())
                .toList();
    }

    private static void ask(RequestTree tree, long start, Targets targets) {
        for (int i = 0; i < tree.requests().size(); i++) {
            EncodedRequest request = tree.requests().get(i);
            for (int at = request.inputLength() - request.scored(); at < request.inputLength(); at++) {
                targets.add(request, start + tree.place(i, at), request.tokens()[at + 1]);
            }
        }
    }

    @Override
    public void close() {
        if (hidden != null) {
            hidden.close();
            hidden = null;
        }
        if (layout != null) {
            layout.close();
            layout = null;
        }
    }
}
