package io.bisup.measure.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import java.util.List;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Documents that go through the model together, a row each, padded on the right: nothing that is scored sees the pads.
 *
 * <p>Hidden states: [documents, longest row, hidden]. They are freed on close.
 */
final class TreeBatch implements AutoCloseable {

    private final LanguageModel model;
    private final Kernels kernels;
    private final List<RequestTree> trees;
    private final int width;
    private @Nullable NDArray hidden;
    private @Nullable TreeLayout layout;

    /** @param kernels of {@link io.bisup.measure.EvaluationKernels} */
    TreeBatch(LanguageModel model, Kernels kernels, List<RequestTree> trees) {
        this.model = model;
        this.kernels = kernels;
        this.trees = List.copyOf(trees);
        this.width = trees.stream().mapToInt(RequestTree::length).max().orElse(0);
    }

    List<RequestTree> trees() {
        return trees;
    }

    /** Places in the batch, pads included. */
    int size() {
        return trees.size() * width;
    }

    /** Embeds the tokens. */
    void begin() {
        if (width == 0) {
            return;
        }
        long[] ids = new long[size()];
        for (int row = 0; row < trees.size(); row++) {
            System.arraycopy(trees.get(row).row(width), 0, ids, row * width, width);
        }
        hidden = kept(model.embed(ids, trees.size()));
    }

    /** Passes one block. Rows that are ordinary sequences need no mask of their own. */
    void pass(BiFunction<NDArray, AttentionContext, NDArray> block, AttentionContext prefix) {
        NDArray before = hidden;
        if (before != null) {
            hidden = kept(block.apply(before, chains() ? prefix : layout(prefix).behind(prefix)));
            before.close();
        }
    }

    private boolean chains() {
        return trees.stream().allMatch(RequestTree::isChain);
    }

    private TreeLayout layout(AttentionContext prefix) {
        if (layout == null) {
            layout = new TreeLayout(model.runtime().manager(), kernels, trees, width, prefix.length());
        }
        return layout;
    }

    /** The scores of each tree's requests, after the last block. */
    List<List<Scored>> scores() {
        Targets targets = new Targets(model, kernels);
        for (int row = 0; row < trees.size(); row++) {
            RequestTree tree = trees.get(row);
            for (int i = 0; i < tree.requests().size(); i++) {
                EncodedRequest request = tree.requests().get(i);
                for (int at = request.inputLength() - request.scored(); at < request.inputLength(); at++) {
                    targets.add(request, row * (long) width + tree.place(i, at), request.tokens()[at + 1]);
                }
            }
        }
        targets.score(hidden);
        return trees.stream()
                .map(tree -> tree.requests().stream().map(targets::of).toList())
                .toList();
    }

    private static NDArray kept(NDArray array) {
        NDScope.unregister(array);
        return array;
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
