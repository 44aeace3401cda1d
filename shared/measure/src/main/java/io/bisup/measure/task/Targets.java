package io.bisup.measure.task;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.kernel.ScoreKernels;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.Tensors;
import io.bisup.measure.EvaluationKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The tokens to score at positions of hidden states. Logits are computed at the positions that are asked for alone, once
 * each, in slices: those of large vocabularies are huge.
 */
final class Targets {

    static final long LOGITS_AT_ONCE = 1L << 25;

    private final LanguageModel model;
    private final Kernels kernels;
    private final int slice;
    private final List<Target> targets = new ArrayList<>();
    private final IdentityHashMap<EncodedRequest, Scored> scores = new IdentityHashMap<>();

    /** A token of a request that the model predicts at a position. */
    private record Target(EncodedRequest request, long position, long token) {}

    Targets(LanguageModel model, Kernels kernels, long logits) {
        this.model = model;
        this.kernels = kernels;
        this.slice = (int) Math.max(1, logits / model.config().vocabSize());
    }

    /** Asks for a token's score at a position, counted through the first two dimensions of the hidden states. */
    void add(EncodedRequest request, long position, long token) {
        targets.add(new Target(request, position, token));
    }

    /** What was found for a request; {@link Scored#NOTHING} where nothing was asked for. */
    Scored of(EncodedRequest request) {
        return scores.getOrDefault(request, Scored.NOTHING);
    }

    /** Computes the scores from hidden states [batch, time, hidden] of the last block. */
    void score(@Nullable NDArray hidden) {
        if (targets.isEmpty()) {
            return;
        }
        NDArray states = Objects.requireNonNull(hidden, "targets without hidden states");
        targets.sort(Comparator.comparingLong(Target::position));
        for (int first = 0; first < targets.size(); ) {
            int end = sliceEnd(first);
            scoreSlice(states, targets.subList(first, end));
            first = end;
        }
    }

    /** The end of a run of targets at no more distinct positions than one slice holds. */
    private int sliceEnd(int first) {
        int end = first;
        int distinct = 0;
        while (end < targets.size()) {
            boolean fresh = end == first
                    || targets.get(end).position() != targets.get(end - 1).position();
            if (fresh && ++distinct > slice) {
                return end;
            }
            end++;
        }
        return end;
    }

    private void scoreSlice(NDArray hidden, List<Target> part) {
        long[] positions = part.stream().mapToLong(Target::position).distinct().toArray();
        long[] rows = part.stream()
                .mapToLong(t -> Arrays.binarySearch(positions, t.position()))
                .toArray();
        long[] tokens = part.stream().mapToLong(Target::token).toArray();
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray logits = model.logits(EvaluationKernels.gatherPositions(kernels, hidden, longs(positions)));
            ScoreKernels.Scores scored = EvaluationKernels.pairs(kernels, logits, longs(rows), longs(tokens));
            double[] logProbabilities = scored.logProbabilities().toDoubleArray();
            long[] greedy = scored.greedy().toLongArray();
            for (int i = 0; i < part.size(); i++) {
                scores.merge(part.get(i).request(), new Scored(logProbabilities[i], greedy[i] != 0), Scored::and);
            }
        }
    }

    private NDArray longs(long[] values) {
        return Tensors.longs(model.runtime().manager(), values, values.length);
    }
}
