package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.AdamW;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.fused.FusedLearning;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The product's parameter spaces on the block to measure: clipping everywhere, adapters, no smoothing. */
final class BisupParameters {
    private static final int SMOOTHED = 5;
    private static final int INPUTS = 4;

    private BisupParameters() {}

    /** Asymmetric weights, symmetric activations, exact cache. */
    static long[] spec(BlockSize size) {
        return new long[] {size.bits(), 0, BlockSize.GROUP, size.bits(), 1, BlockSize.GROUP, 16, 1};
    }

    static FusedLearning.Parameters of(RandomBlock block, BlockSize size) {
        int[][] shapes = size.linears();
        int[] inputs = {size.hidden(), size.hidden(), size.hidden(), size.intermediate()};
        return new FusedLearning.Parameters(
                weights(block, size),
                nones(block, SMOOTHED),
                nones(block, SMOOTHED),
                0,
                each(shapes.length, i -> clip(block, shapes[i][0], shapes[i][1])),
                each(shapes.length, i -> clip(block, shapes[i][0], shapes[i][1])),
                each(INPUTS, i -> block.constant(EagerCandidate.CLIP_LOGIT, inputs[i] / BlockSize.GROUP)),
                nones(block, 2),
                each(shapes.length, i -> block.constant(0, shapes[i][0], size.rank())),
                each(shapes.length, i -> block.normal(1 / Math.sqrt(shapes[i][1]), size.rank(), shapes[i][1])));
    }

    /** Makes leaves of all that is learnt. */
    static AdamW optimizer(Kernels kernels, FusedLearning.Parameters p) {
        List<NDArray> learnt = Stream.of(p.high(), p.low(), p.activation(), p.a(), p.b())
                .flatMap(Arrays::stream)
                .toList();
        learnt.forEach(kernels::requireGradient);
        AdamW.Group group = new AdamW.Group("all", learnt, EagerCandidate.LEARNING_RATE, 0);
        return new AdamW(kernels, List.of(group), AdamW.Settings.DEFAULT);
    }

    private static NDArray clip(RandomBlock block, int out, int in) {
        return block.constant(EagerCandidate.CLIP_LOGIT, out, in / BlockSize.GROUP);
    }

    private static NDArray[] weights(RandomBlock block, BlockSize size) {
        NDArray[] w = block.linears();
        NDArray gain = block.constant(1, size.hidden());
        NDArray none = block.none();
        return new NDArray[] {gain, w[0], w[1], w[2], w[3], gain, w[4], w[5], w[6], none, none, none, none, none};
    }

    private static NDArray[] nones(RandomBlock block, int count) {
        return each(count, i -> block.none());
    }

    private static NDArray[] each(int count, java.util.function.IntFunction<NDArray> maker) {
        return IntStream.range(0, count).mapToObj(maker).toArray(NDArray[]::new);
    }
}
