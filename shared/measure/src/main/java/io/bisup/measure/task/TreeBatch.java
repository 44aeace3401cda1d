package io.bisup.measure.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import io.bisup.measure.EvaluationKernels;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Documents that go through the model together: a trunk of equal length per document, then one branch per request that
 * goes on behind it, padded on the right. Pads come after all that is scored, so causal attention never sees them.
 *
 * <p>Hidden states: trunks [documents, trunk, hidden], branches [branches, longest branch, hidden]. They are freed on close.
 */
final class TreeBatch implements AutoCloseable {

    private final LanguageModel model;
    private final Kernels kernels;
    private final List<RequestTree> trees;
    private final int trunk;
    private final List<Branch> branches = new ArrayList<>();
    private final int branchLength;
    private @Nullable NDArray trunkHidden;
    private @Nullable NDArray branchHidden;

    /** A request whose input is longer than the trunk, and the row of its trunk. */
    private record Branch(EncodedRequest request, int row) {}

    /**
     * @param trunk tokens passed once per document; 0 passes each request on its own
     * @param kernels of {@link io.bisup.measure.EvaluationKernels}
     */
    TreeBatch(LanguageModel model, Kernels kernels, List<RequestTree> trees, int trunk) {
        this.model = model;
        this.kernels = kernels;
        this.trees = List.copyOf(trees);
        this.trunk = trunk;
        int longest = 0;
        for (int row = 0; row < trees.size(); row++) {
            for (EncodedRequest request : trees.get(row).requests()) {
                if (request.scored() > 0 && request.inputLength() > trunk) {
                    branches.add(new Branch(request, row));
                    longest = Math.max(longest, request.inputLength() - trunk);
                }
            }
        }
        this.branchLength = longest;
    }

    List<RequestTree> trees() {
        return trees;
    }

    /** Embeds the tokens. */
    void begin() {
        if (trunk > 0) {
            trunkHidden = kept(model.embed(trunkIds(), trees.size()));
        }
        if (branchLength > 0) {
            branchHidden = kept(model.embed(branchIds(), branches.size()));
        }
    }

    private long[] trunkIds() {
        long[] ids = new long[trees.size() * trunk];
        for (int row = 0; row < trees.size(); row++) {
            for (EncodedRequest request : trees.get(row).requests()) {
                if (request.scored() > 0) {
                    int length = Math.min(trunk, request.inputLength());
                    System.arraycopy(request.tokens(), 0, ids, row * trunk, length);
                }
            }
        }
        return ids;
    }

    private long[] branchIds() {
        long[] ids = new long[branches.size() * branchLength];
        for (int i = 0; i < branches.size(); i++) {
            EncodedRequest request = branches.get(i).request();
            System.arraycopy(request.tokens(), trunk, ids, i * branchLength, request.inputLength() - trunk);
        }
        return ids;
    }

    /** Passes one block: the trunks, then the branches behind their keys and values. */
    void pass(BiFunction<NDArray, AttentionContext, NDArray> block, AttentionContext prefix) {
        try (Trunk context = new Trunk(prefix)) {
            NDArray before = trunkHidden;
            if (before != null) {
                trunkHidden = kept(block.apply(before, context));
                before.close();
            }
            NDArray branch = branchHidden;
            if (branch != null) {
                branchHidden = kept(block.apply(branch, before == null ? prefix : context.behind(rows())));
                branch.close();
            }
        }
    }

    private long[] rows() {
        return branches.stream().mapToLong(Branch::row).toArray();
    }

    /** The scores of each tree's requests, after the last block. */
    List<List<Scored>> scores() {
        Targets inTrunk = new Targets(model, kernels);
        Targets inBranch = new Targets(model, kernels);
        int next = 0;
        for (int row = 0; row < trees.size(); row++) {
            for (EncodedRequest request : trees.get(row).requests()) {
                boolean branches = request.scored() > 0 && request.inputLength() > trunk;
                int branch = branches ? next++ : -1;
                for (int at = request.inputLength() - request.scored(); at < request.inputLength(); at++) {
                    long target = request.tokens()[at + 1];
                    if (at < trunk) {
                        inTrunk.add(request, row * (long) trunk + at, target);
                    } else {
                        inBranch.add(request, branch * (long) branchLength + at - trunk, target);
                    }
                }
            }
        }
        inTrunk.score(trunkHidden);
        inBranch.score(branchHidden);
        return trees.stream()
                .map(tree -> tree.requests().stream()
                        .map(r -> inTrunk.of(r).and(inBranch.of(r)))
                        .toList())
                .toList();
    }

    private static NDArray kept(NDArray array) {
        NDScope.unregister(array);
        return array;
    }

    @Override
    public void close() {
        if (trunkHidden != null) {
            trunkHidden.close();
            trunkHidden = null;
        }
        if (branchHidden != null) {
            branchHidden.close();
            branchHidden = null;
        }
    }

    /** Keeps the keys and values of the trunks of one block until the branches have read them. */
    private final class Trunk implements AttentionContext, AutoCloseable {

        private final AttentionContext prefix;
        private @Nullable KeyValues seen;

        Trunk(AttentionContext prefix) {
            this.prefix = prefix;
        }

        @Override
        public long length() {
            return prefix.length();
        }

        @Override
        public KeyValues extend(KernelCalls calls, KeyValues fresh) {
            KeyValues all = prefix.extend(calls, fresh);
            NDScope.unregister(all.keys(), all.values());
            seen = all;
            return all;
        }

        AttentionContext behind(long[] rows) {
            KeyValues past = Objects.requireNonNull(seen, "the trunk passes first");
            return new AttentionContext() {
                @Override
                public long length() {
                    return past.length();
                }

                @Override
                public KeyValues extend(KernelCalls calls, KeyValues fresh) {
                    NDArray index = Tensors.longs(model.runtime().manager(), rows, rows.length);
                    return new KeyValues(
                            EvaluationKernels.branchPast(kernels, past.keys(), index, fresh.keys()),
                            EvaluationKernels.branchPast(kernels, past.values(), index, fresh.values()));
                }
            };
        }

        @Override
        public void close() {
            if (seen != null) {
                seen.close();
            }
        }
    }
}
