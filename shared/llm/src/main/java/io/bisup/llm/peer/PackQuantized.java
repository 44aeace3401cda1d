package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.ExpectedTensor;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.checkpoint.TensorView;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.Set;

/**
 * compressed-tensors' {@code pack-quantized} (0.18 and later): codes of 2 to 8 bits packed along a row, zero points packed along the
 * rows of a column, both offset by 2^(b−1).
 */
record PackQuantized(QuantizationArgs args) implements PackedLayout {
    private static final String CODES = ".weight_packed";
    private static final String SCALE = ".weight_scale";
    private static final String SHAPE = ".weight_shape";
    private static final String ZERO = ".weight_zero_point";

    @Override
    public SequencedMap<String, ExpectedTensor> tensors(PeerModule module) {
        module.requireWholeGroups(args.field() + "group_size", args.group());
        long groups = args.groups(module.columns());
        SequencedMap<String, ExpectedTensor> tensors = new LinkedHashMap<>();
        tensors.put(
                CODES,
                ExpectedTensor.integers(
                        DType.I32, List.of(module.rows(), PackedInts.words(module.columns(), args.bits()))));
        tensors.put(SCALE, ExpectedTensor.floating(List.of(module.rows(), groups)));
        tensors.put(SHAPE, new ExpectedTensor(List.of(2L), Set.of(DType.I64, DType.I32), false));
        if (!args.symmetric()) {
            tensors.put(
                    ZERO,
                    ExpectedTensor.integers(DType.I32, List.of(PackedInts.words(module.rows(), args.bits()), groups)));
        }
        return tensors;
    }

    @Override
    public PackedWeight open(PeerModule module, ModuleTensors tensors) {
        requireShape(module, tensors.get(SHAPE));
        int groups = Math.toIntExact(args.groups(module.columns()));
        long stride = PackedInts.words(module.columns(), args.bits());
        PackedInts codes = new PackedInts(tensors.get(CODES), args.bits());
        int columns = Math.toIntExact(module.columns());
        return new PackedWeight(
                groups,
                (row, column) -> codes.at(row * stride, 1, column),
                tensors.get(SCALE).toFloats(),
                zeros(module, groups, tensors),
                PackedWeight.neighbours(columns, columns / groups));
    }

    /** As the codes: offset by 2^(b−1), which cancels. */
    private int[] zeros(PeerModule module, int groups, ModuleTensors tensors) {
        int[] zeros = new int[Math.toIntExact(module.rows() * groups)];
        if (args.symmetric()) {
            Arrays.fill(zeros, 1 << (args.bits() - 1));
            return zeros;
        }
        PackedInts packed = new PackedInts(tensors.get(ZERO), args.bits());
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = packed.at(i % groups, groups, i / groups);
        }
        return zeros;
    }

    private static void requireShape(PeerModule module, TensorView shape) {
        long[] stored = shape.toLongs();
        if (stored[0] != module.rows() || stored[1] != module.columns()) {
            throw new MalformedCheckpointException(
                    MalformedCheckpointException.Code.TENSOR_WRONG_SHAPE,
                    shape.file(),
                    shape.name(),
                    "says [" + stored[0] + ", " + stored[1] + "], config.json implies [" + module.rows() + ", "
                            + module.columns() + "]",
                    "does config.json belong to these weights?");
        }
    }
}
