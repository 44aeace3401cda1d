package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.ExpectedTensor;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.checkpoint.TensorView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.jspecify.annotations.Nullable;

/**
 * GPTQ's tensors: {@code qweight} packed along the input channels of each output channel, {@code qzeros} packed along the output
 * channels of each group, {@code g_idx} with the group of every input channel.
 *
 * @param lessOne whether zero points are stored less one, as version 1 does
 * @param ordered whether groups hold channels that are no neighbours ({@code desc_act}), so that {@code g_idx} must be there
 */
record GptqLayout(int bits, GroupSize group, boolean lessOne, boolean ordered) implements PackedLayout {
    private static final String INDEX = ".g_idx";

    @Override
    public SequencedMap<String, ExpectedTensor> tensors(PeerModule module) {
        long groups = group.groups(module);
        ExpectedTensor index = ExpectedTensor.integers(DType.I32, List.of(module.columns()));
        SequencedMap<String, ExpectedTensor> tensors = new LinkedHashMap<>();
        tensors.put(
                Packed.CODES,
                ExpectedTensor.integers(DType.I32, List.of(PackedInts.words(module.columns(), bits), module.rows())));
        tensors.put(
                Packed.ZEROS,
                ExpectedTensor.integers(DType.I32, List.of(groups, PackedInts.words(module.rows(), bits))));
        tensors.put(Packed.SCALES, ExpectedTensor.floating(List.of(groups, module.rows())));
        tensors.put(INDEX, ordered ? index : index.orAbsent());
        return tensors;
    }

    @Override
    public PackedWeight open(PeerModule module, ModuleTensors tensors) {
        int groups = group.groups(module);
        long rows = module.rows();
        PackedInts codes = new PackedInts(tensors.get(Packed.CODES), bits);
        return new PackedWeight(
                groups,
                (row, column) -> codes.at(row, rows, column),
                Transposed.floats(tensors.get(Packed.SCALES)),
                zeros(groups, Math.toIntExact(rows), tensors.get(Packed.ZEROS)),
                groupOf(module, groups, tensors.find(INDEX)));
    }

    private int[] zeros(int groups, int rows, TensorView stored) {
        PackedInts packed = new PackedInts(stored, bits);
        long width = PackedInts.words(rows, bits);
        int[] zeros = new int[Math.multiplyExact(groups, rows)];
        for (int group = 0; group < groups; group++) {
            for (int row = 0; row < rows; row++) {
                zeros[row * groups + group] = zero(packed, group * width, row);
            }
        }
        return zeros;
    }

    /**
     * Version 1's points are stored less one. Writers subtract one from every field of a word at once, and from each field of three
     * bits alone; where a point is 0 the first borrows from the field above, and only the same sum in reverse gives it back.
     */
    private int zero(PackedInts packed, long first, int row) {
        int mask = (1 << bits) - 1;
        int stored = packed.at(first, 1, row);
        return lessOne ? (stored + 1 + carry(packed, first, row)) & mask : stored;
    }

    private int carry(PackedInts packed, long first, int row) {
        if (bits == 3) {
            return 0;
        }
        int mask = (1 << bits) - 1;
        int perWord = 32 / bits;
        int carry = 0;
        for (int below = row - row % perWord; below < row; below++) {
            carry = packed.at(first, 1, below) + 1 + carry > mask ? 1 : 0;
        }
        return carry;
    }

    private int[] groupOf(PeerModule module, int groups, @Nullable TensorView index) {
        int columns = Math.toIntExact(module.columns());
        if (index == null) {
            return PackedWeight.neighbours(columns, group.of(module));
        }
        long[] stored = index.toLongs();
        int[] groupOf = new int[columns];
        for (int column = 0; column < columns; column++) {
            if (stored[column] < 0 || stored[column] >= groups) {
                throw new MalformedCheckpointException(
                        MalformedCheckpointException.Code.TENSOR_WRONG_SHAPE,
                        index.file(),
                        index.name(),
                        "element " + column + " is " + stored[column] + ", there are groups 0 to " + (groups - 1),
                        "quantize the model again");
            }
            groupOf[column] = (int) stored[column];
        }
        return groupOf;
    }
}
