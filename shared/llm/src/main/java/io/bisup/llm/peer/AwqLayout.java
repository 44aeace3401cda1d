package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.ExpectedTensor;
import io.bisup.llm.checkpoint.TensorView;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

/**
 * AWQ's tensors for its GEMM kernel: {@code qweight} and {@code qzeros} packed along the output channels, eight to a word, of which
 * nibble k holds channel 0, 2, 4, 6, 1, 3, 5 or 7.
 */
record AwqLayout(GroupSize group) implements PackedLayout {

    static final int BITS = 4;
    private static final int PER_WORD = 8;

    /** The nibble of each channel of a word. */
    private static final int[] NIBBLE = {0, 4, 1, 5, 2, 6, 3, 7};

    @Override
    public SequencedMap<String, ExpectedTensor> tensors(PeerModule module) {
        long groups = group.groups(module);
        long width = PackedInts.words(module.rows(), BITS);
        SequencedMap<String, ExpectedTensor> tensors = new LinkedHashMap<>();
        tensors.put(Packed.CODES, ExpectedTensor.integers(DType.I32, List.of(module.columns(), width)));
        tensors.put(Packed.ZEROS, ExpectedTensor.integers(DType.I32, List.of(groups, width)));
        tensors.put(Packed.SCALES, ExpectedTensor.floating(List.of(groups, module.rows())));
        return tensors;
    }

    @Override
    public PackedWeight open(PeerModule module, ModuleTensors tensors) {
        int groups = group.groups(module);
        long width = PackedInts.words(module.rows(), BITS);
        PackedInts codes = new PackedInts(tensors.get(Packed.CODES), BITS);
        return new PackedWeight(
                groups,
                (row, column) -> codes.at(column * width, 1, place(row)),
                Transposed.floats(tensors.get(Packed.SCALES)),
                zeros(groups, Math.toIntExact(module.rows()), tensors.get(Packed.ZEROS)),
                PackedWeight.neighbours(Math.toIntExact(module.columns()), group.of(module)));
    }

    private static int[] zeros(int groups, int rows, TensorView stored) {
        PackedInts packed = new PackedInts(stored, BITS);
        long width = PackedInts.words(rows, BITS);
        int[] zeros = new int[Math.multiplyExact(groups, rows)];
        for (int i = 0; i < zeros.length; i++) {
            zeros[i] = packed.at(i % groups * width, 1, place(i / groups));
        }
        return zeros;
    }

    private static int place(int row) {
        return row - row % PER_WORD + NIBBLE[row % PER_WORD];
    }
}
