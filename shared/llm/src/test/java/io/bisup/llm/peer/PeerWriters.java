package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorSource;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** The formats of other tools, written from their descriptions. */
final class PeerWriters {
    private static final int[] AWQ_ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

    private PeerWriters() {}

    /** pack-quantized: rows of codes, and columns of zero points, each from its own word on. */
    static PeerCheckpoint.Writer packQuantized(int bits, boolean symmetric) {
        return (module, numbers) -> {
            List<TensorSource> tensors = new ArrayList<>();
            tensors.add(PeerCheckpoint.words(module + ".weight_packed", PeerCheckpoint.packed(numbers.codes(), bits)));
            tensors.add(PeerCheckpoint.halves(module + ".weight_scale", numbers.scales()));
            tensors.add(
                    TensorSource.of(module + ".weight_shape", DType.I64, List.of(2L), MemorySegment.ofArray(new long[] {
                        numbers.rows(), numbers.columns()
                    })));
            if (!symmetric) {
                int[][] columns = PeerCheckpoint.packed(PeerCheckpoint.transposed(numbers.zeros()), bits);
                tensors.add(PeerCheckpoint.words(module + ".weight_zero_point", PeerCheckpoint.transposed(columns)));
            }
            return tensors;
        };
    }

    /** GPTQ; {@code less} is what every zero point is stored less. */
    static PeerCheckpoint.Writer gptq(int bits, int less, boolean withIndex) {
        return (module, numbers) -> {
            List<TensorSource> tensors = new ArrayList<>();
            tensors.add(PeerCheckpoint.words(
                    module + ".qweight", PeerCheckpoint.transposed(PeerCheckpoint.packed(numbers.codes(), bits))));
            tensors.add(PeerCheckpoint.words(
                    module + ".qzeros", lessPoints(PeerCheckpoint.transposed(numbers.zeros()), bits, less)));
            tensors.add(PeerCheckpoint.halves(module + ".scales", PeerCheckpoint.transposed(numbers.scales())));
            if (withIndex) {
                tensors.add(TensorSource.of(
                        module + ".g_idx",
                        DType.I32,
                        List.of((long) numbers.columns()),
                        MemorySegment.ofArray(numbers.group())));
            }
            return tensors;
        };
    }

    /** As GPTQModel subtracts: 2, 4 and 8 bits a word at a time with borrows, 3 bits a field at a time. */
    private static int[][] lessPoints(int[][] zeros, int bits, int less) {
        if (bits == 3) {
            int[][] stored = zeros.clone();
            for (int i = 0; i < stored.length; i++) {
                stored[i] =
                        IntStream.of(zeros[i]).map(zero -> (zero - less) & 7).toArray();
            }
            return PeerCheckpoint.packed(stored, bits);
        }
        int ones = 0;
        for (int at = 0; at < 32; at += bits) {
            ones |= less << at;
        }
        int[][] words = PeerCheckpoint.packed(zeros, bits);
        for (int[] row : words) {
            for (int i = 0; i < row.length; i++) {
                row[i] -= ones;
            }
        }
        return words;
    }

    /** AWQ's GEMM version: nibble k of a word holds channel order[k]. */
    static PeerCheckpoint.Writer awq() {
        return (module, numbers) -> List.of(
                PeerCheckpoint.words(module + ".qweight", awqPacked(PeerCheckpoint.transposed(numbers.codes()))),
                PeerCheckpoint.words(module + ".qzeros", awqPacked(PeerCheckpoint.transposed(numbers.zeros()))),
                PeerCheckpoint.halves(module + ".scales", PeerCheckpoint.transposed(numbers.scales())));
    }

    static int[][] awqPacked(int[][] rows) {
        int[][] moved = new int[rows.length][rows[0].length];
        for (int i = 0; i < rows.length; i++) {
            for (int at = 0; at < moved[i].length; at++) {
                moved[i][at] = rows[i][at - at % 8 + AWQ_ORDER[at % 8]];
            }
        }
        return PeerCheckpoint.packed(moved, 4);
    }
}
