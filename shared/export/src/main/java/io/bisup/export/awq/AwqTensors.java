package io.bisup.export.awq;

import io.bisup.contract.recipe.Format;
import io.bisup.export.folder.LazyTensor;
import io.bisup.export.pack.HalfScales;
import io.bisup.export.pack.Words;
import io.bisup.export.source.Codes;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.TensorSource;
import java.util.List;

/** The tensors of one linear in AWQ's layout (formats §8): packed along the output channels, eight to a word, in an order of its own. */
final class AwqTensors {

    static final int PER_WORD = 8;
    private static final int BITS = 4;

    /** The channel that each nibble of a word holds, from the lowest. */
    private static final int[] ORDER = {0, 2, 4, 6, 1, 3, 5, 7};

    private AwqTensors() {}

    static List<TensorSource> of(LinearSource linear, Format format, HalfScales halves) {
        String module = linear.module();
        long columns = linear.columns();
        long rows = linear.rows();
        long groups = format.scope().groupsOf(linear.columns());
        return List.of(
                LazyTensor.words(module + ".qweight", List.of(columns, rows / PER_WORD), () -> codes(linear.codes())),
                LazyTensor.words(module + ".qzeros", List.of(groups, rows / PER_WORD), () -> zeros(linear.codes())),
                LazyTensor.float16(module + ".scales", List.of(groups, rows), () -> {
                    Codes codes = linear.codes();
                    return Words.transposed(halves.of(module, codes), codes.groups());
                }));
    }

    /** [columns, rows / 8]. */
    static int[] codes(Codes codes) {
        return packed(Words.transposed(codes.codes(), codes.columns()), codes.rows());
    }

    /** [groups, rows / 8]. */
    static int[] zeros(Codes codes) {
        return packed(Words.transposed(codes.zeroPoints(), codes.groups()), codes.rows());
    }

    private static int[] packed(byte[] values, int width) {
        byte[] ordered = new byte[values.length];
        for (int i = 0; i < ordered.length; i++) {
            ordered[i] = values[i - i % PER_WORD + ORDER[i % PER_WORD]];
        }
        return Words.pack(ordered, width, BITS);
    }
}
