package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.quantize.kernel.StatisticsKernels;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Weights of the tokens in the loss of the block at hand: 1 + rank of the attention a token receives in the full-precision block,
 * ranks from 0 to 1, all divided by their mean (methods §2.7, E1 with β = 1). Equal for all tokens under other objectives.
 */
final class TokenWeights {

    private final TensorRuntime runtime;
    private final boolean wanted;
    private final Map<Integer, float[]> weights = new HashMap<>();

    TokenWeights(TensorRuntime runtime, Recipe recipe, int samples) {
        this.runtime = runtime;
        Learning learning = recipe.learning();
        this.wanted = learning != null && learning.objective() == Learning.Objective.TOKEN_WEIGHTED && samples > 0;
    }

    /** Sees a sample's way through the full-precision block. */
    BlockObserver observer(int sample) {
        if (!wanted) {
            return BlockObserver.NONE;
        }
        return new BlockObserver() {
            @Override
            public void attention(NDArray queries, NDArray keys) {
                try (NDScope scope = new NDScope()) {
                    scope.suppressNotUsedWarning();
                    weights.put(
                            sample,
                            ranked(StatisticsKernels.receivedAttention(runtime.kernels(), queries, keys)
                                    .toFloatArray()));
                }
            }
        };
    }

    /** Weights of a sample's tokens, [time, 1]; {@code none} where all count the same. */
    NDArray of(int sample, NDArray none) {
        float[] found = weights.get(sample);
        return found == null ? none : Tensors.floats(runtime.manager(), found, found.length, 1);
    }

    private static float[] ranked(float[] received) {
        List<Integer> ascending = IntStream.range(0, received.length)
                .boxed()
                .sorted(Comparator.comparingDouble(token -> received[token]))
                .toList();
        float[] weights = new float[received.length];
        double mean = received.length > 1 ? 1.5 : 1;
        for (int rank = 0; rank < weights.length; rank++) {
            double normalised = received.length > 1 ? (double) rank / (received.length - 1) : 0;
            weights[ascending.get(rank)] = (float) ((1 + normalised) / mean);
        }
        return weights;
    }
}
