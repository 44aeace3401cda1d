package io.bisup.measure.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.kernel.AttentionKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import io.bisup.measure.EvaluationKernels;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tokens of rows of trees stand: each request's own tokens follow the shared ones in position, and see those and
 * their own request alone. One mask for each width of attention window, made when a block first asks for it.
 */
final class TreeLayout implements AutoCloseable {

    private static final long SHARED = 0;

    private final Kernels kernels;
    private final long prefix;
    private final int width;
    private final long reach;
    private final NDArray segments;
    private final NDArray positions;
    private final NDArray own;
    private final Map<Long, NDArray> masks = new HashMap<>();

    /**
     * @param kernels of {@link EvaluationKernels}
     * @param width of the longest row
     * @param prefix tokens that precede every row
     */
    TreeLayout(NDManager manager, Kernels kernels, List<RequestTree> trees, int width, long prefix) {
        this.kernels = kernels;
        this.prefix = prefix;
        this.width = width;
        int before = Math.toIntExact(prefix);
        int all = before + width;
        long[] segment = new long[trees.size() * all];
        long[] position = new long[trees.size() * all];
        long[] rows = new long[trees.size() * width];
        long last = 0;
        for (int row = 0; row < trees.size(); row++) {
            place(trees.get(row), before, all, row * all, segment, position);
            System.arraycopy(position, row * all + before, rows, row * width, width);
        }
        for (long at : rows) {
            last = Math.max(last, at);
        }
        this.reach = last + 1;
        this.segments = kept(Tensors.longs(manager, segment, trees.size(), all));
        this.positions = kept(Tensors.longs(manager, position, trees.size(), all));
        this.own = kept(Tensors.longs(manager, rows, trees.size(), width));
    }

    /** Pads are a segment of their own, at the places where they stand. */
    private static void place(RequestTree tree, int before, int all, int first, long[] segment, long[] position) {
        for (int at = 0; at < all; at++) {
            segment[first + at] =
                    at < before + tree.shared() ? SHARED : tree.requests().size() + 1;
            position[first + at] = at < before + tree.length() ? at : before;
        }
        for (int i = 0; i < tree.requests().size(); i++) {
            for (int at = 0; at < tree.own(i); at++) {
                int place = first + before + tree.starts().get(i) + at;
                segment[place] = i + 1L;
                position[place] = before + tree.shared() + (long) at;
            }
        }
    }

    /** The context of the rows in one block, behind the prefix. */
    AttentionContext behind(AttentionContext before) {
        return new AttentionContext() {
            @Override
            public long length() {
                return prefix;
            }

            @Override
            public KeyValues extend(KernelCalls calls, KeyValues fresh) {
                return before.extend(calls, fresh);
            }

            @Override
            public RotaryEmbedding.Angles angles(RotaryEmbedding rotary, long count) {
                RotaryEmbedding.Angles table = rotary.angles(0, reach);
                return new RotaryEmbedding.Angles(
                        EvaluationKernels.rowsOf(kernels, table.cosines(), own),
                        EvaluationKernels.rowsOf(kernels, table.sines(), own));
            }

            @Override
            public NDArray attend(KernelCalls calls, NDArray queries, KeyValues all, int window, boolean lowPrecision) {
                return AttentionKernels.attendMasked(
                        calls, queries, all.keys(), all.values(), mask(window), lowPrecision);
            }
        };
    }

    private NDArray mask(long window) {
        return masks.computeIfAbsent(
                Math.min(window, reach),
                narrow -> kept(EvaluationKernels.treeMask(kernels, segments, positions, width, narrow)));
    }

    private static NDArray kept(NDArray array) {
        NDScope.unregister(array);
        return array;
    }

    @Override
    public void close() {
        segments.close();
        positions.close();
        own.close();
        masks.values().forEach(NDArray::close);
    }
}
