package io.bisup.measure.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.kernel.AttentionKernels;
import io.bisup.llm.tensor.KernelCalls;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import io.bisup.measure.EvaluationKernels;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Where the tokens of rows of documents stand: each request's own tokens follow its document's shared ones in position, and
 * see those and their own request alone. One mask for each width of attention window, made when a block first asks for it.
 */
final class TreeLayout implements AutoCloseable {

    /** Segment of the prefix, which every token sees. */
    private static final long PREFIX = 0;

    /** Segment of pads, which see one another. */
    private static final long PAD = -1;

    private final Kernels kernels;
    private final long prefix;
    private final int width;
    private final long reach;
    private final NDArray segments;
    private final NDArray trunks;
    private final NDArray positions;
    private final NDArray own;
    private final Map<Long, NDArray> masks = new HashMap<>();

    /**
     * @param kernels of {@link EvaluationKernels}
     * @param width of the longest row
     * @param prefix tokens that precede every row
     */
    TreeLayout(NDManager manager, Kernels kernels, List<TreeRow> rows, int width, long prefix) {
        this.kernels = kernels;
        this.prefix = prefix;
        this.width = width;
        Places places = new Places(rows.size(), Math.toIntExact(prefix), width);
        for (int row = 0; row < rows.size(); row++) {
            places.put(row, rows.get(row));
        }
        long[] fresh = places.freshPositions();
        this.reach = Arrays.stream(fresh).max().orElse(0) + 1;
        this.segments = Tensors.unscoped(Tensors.longs(manager, places.segment, rows.size(), places.all));
        this.trunks = Tensors.unscoped(Tensors.longs(manager, places.trunk, rows.size(), places.all));
        this.positions = Tensors.unscoped(Tensors.longs(manager, places.position, rows.size(), places.all));
        this.own = Tensors.unscoped(Tensors.longs(manager, fresh, rows.size(), width));
    }

    /** Of every token its segment, the segment that its document's requests share, and its position. */
    private static final class Places {

        private final int before;
        private final int width;
        private final int all;
        private final long[] segment;
        private final long[] trunk;
        private final long[] position;

        Places(int rows, int before, int width) {
            this.before = before;
            this.width = width;
            this.all = before + width;
            this.segment = new long[rows * all];
            this.trunk = new long[rows * all];
            this.position = new long[rows * all];
        }

        void put(int row, TreeRow documents) {
            int first = row * all;
            for (int at = 0; at < before; at++) {
                set(first + at, PREFIX, PREFIX, at);
            }
            int start = first + before;
            long next = PREFIX + 1;
            for (RequestTree tree : documents.trees()) {
                put(start, tree, next);
                start += tree.length();
                next += 1 + tree.requests().size();
            }
            for (int at = start; at < first + all; at++) {
                set(at, PAD, PAD, before);
            }
        }

        private void put(int start, RequestTree tree, long shared) {
            for (int at = 0; at < tree.shared(); at++) {
                set(start + at, shared, shared, before + (long) at);
            }
            for (int i = 0; i < tree.requests().size(); i++) {
                for (int at = 0; at < tree.own(i); at++) {
                    set(start + tree.starts().get(i) + at, shared + 1 + i, shared, before + tree.shared() + (long) at);
                }
            }
        }

        private void set(int at, long ofSegment, long ofTrunk, long ofPosition) {
            segment[at] = ofSegment;
            trunk[at] = ofTrunk;
            position[at] = ofPosition;
        }

        private long[] freshPositions() {
            long[] fresh = new long[position.length / all * width];
            for (int row = 0; row * width < fresh.length; row++) {
                System.arraycopy(position, row * all + before, fresh, row * width, width);
            }
            return fresh;
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
                narrow -> Tensors.unscoped(
                        EvaluationKernels.treeMask(kernels, segments, trunks, positions, width, narrow)));
    }

    @Override
    public void close() {
        segments.close();
        trunks.close();
        positions.close();
        own.close();
        masks.values().forEach(NDArray::close);
    }
}
