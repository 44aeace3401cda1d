package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.bisup.llm.tensor.Tensors;
import java.util.Arrays;
import java.util.Random;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** Random operands, parameters and samples of a {@link BlockCase}. */
final class RandomBlock {
    private final NDManager manager;
    private final BlockCase block;
    private final Random random = new Random(5);

    RandomBlock(NDManager manager, BlockCase block) {
        this.manager = manager;
        this.block = block;
    }

    FusedBlockStep.Sample sample(double power) {
        BlockDimensions dims = block.dims();
        return new FusedBlockStep.Sample(
                normal(1, dims.batch(), dims.tokens(), dims.hidden()),
                normal(1, dims.batch(), dims.tokens(), dims.hidden()),
                power,
                angles(Math::cos),
                angles(Math::sin),
                new Prefix(prefix(), prefix()));
    }

    BlockOperands operands() {
        return operands(shape -> filled(() -> random.nextDouble(0.5, 1), shape));
    }

    /** Clip logits instead of factors, and smoothing at all five places. */
    FusedLearning.Parameters parameters() {
        BlockOperands o = operands(shape -> normal(1, shape));
        BlockDimensions dims = block.dims();
        int pairs = dims.headSize() / 2;
        int[][] places = {
            {dims.hidden()},
            {dims.keyValueWidth()},
            {dims.hidden()},
            {dims.intermediate()},
            {block.headNorms() ? 1 : dims.keyValueHeads(), pairs}
        };
        return new FusedLearning.Parameters(
                o.weights(),
                each(places, shape -> normal(0.5, shape)),
                each(places, shape -> filled(() -> random.nextDouble(0.5, 2), shape)),
                Math.log(4),
                o.high(),
                o.low(),
                o.activationClip(),
                o.keyValueClip(),
                o.a(),
                o.b());
    }

    private BlockOperands operands(Function<int[], NDArray> clip) {
        int[][] shapes = block.linears();
        int rank = block.rank();
        return new BlockOperands(
                weights(each(shapes, shape -> normal(1 / Math.sqrt(shape[1]), shape))),
                each(shapes, s -> when(block.quantizesWeights(), clip, s[0], block.weightGroups(s[1]))),
                each(shapes, s -> when(block.clipsLowEnds(), clip, s[0], block.weightGroups(s[1]))),
                Arrays.stream(block.inputs())
                        .mapToObj(in -> when(block.quantizesActivations(), clip, block.activationGroups(in)))
                        .toArray(NDArray[]::new),
                new NDArray[] {
                    when(block.quantizesCache(), clip, block.dims().keyValueHeads()),
                    when(block.quantizesCache(), clip, block.dims().keyValueHeads())
                },
                each(shapes, s -> when(rank > 0, shape -> normal(0.1, shape), s[0], rank)),
                each(shapes, s -> when(rank > 0, shape -> normal(0.1, shape), rank, s[1])));
    }

    private NDArray[] weights(NDArray[] w) {
        BlockDimensions dims = block.dims();
        return new NDArray[] {
            gains(true, dims.hidden()),
            w[0],
            w[1],
            w[2],
            w[3],
            gains(true, dims.hidden()),
            w[4],
            w[5],
            w[6],
            when(block.biases(), shape -> normal(0.1, shape), dims.queryWidth()),
            when(block.biases(), shape -> normal(0.1, shape), dims.keyValueWidth()),
            when(block.biases(), shape -> normal(0.1, shape), dims.keyValueWidth()),
            gains(block.headNorms(), dims.headSize()),
            gains(block.headNorms(), dims.headSize())
        };
    }

    private NDArray gains(boolean present, int width) {
        return when(present, shape -> filled(() -> random.nextDouble(0.5, 1), shape), width);
    }

    private NDArray when(boolean present, Function<int[], NDArray> maker, int... shape) {
        return present ? maker.apply(shape) : Tensors.floats(manager, new float[0], 0);
    }

    private static NDArray[] each(int[][] shapes, Function<int[], NDArray> maker) {
        return Arrays.stream(shapes).map(maker).toArray(NDArray[]::new);
    }

    private NDArray prefix() {
        BlockDimensions dims = block.dims();
        return when(
                block.prefix() > 0,
                shape -> normal(1, shape),
                1,
                dims.keyValueHeads(),
                block.prefix(),
                dims.headSize());
    }

    private NDArray angles(Function<Double, Double> function) {
        int half = block.dims().headSize() / 2;
        float[] values = new float[block.dims().tokens() * half];
        for (int i = 0; i < values.length; i++) {
            double position = block.prefix() + Math.floorDiv(i, half);
            values[i] = function.apply(position * Math.pow(10000, -(double) (i % half) / half))
                    .floatValue();
        }
        return Tensors.floats(manager, values, block.dims().tokens(), half);
    }

    private NDArray normal(double scale, int... shape) {
        return filled(() -> scale * random.nextGaussian(), shape);
    }

    private NDArray filled(DoubleSupplier distribution, int... shape) {
        float[] values = new float[Arrays.stream(shape).reduce(1, Math::multiplyExact)];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) distribution.getAsDouble();
        }
        return Tensors.floats(
                manager, values, Arrays.stream(shape).asLongStream().toArray());
    }
}
