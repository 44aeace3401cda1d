package io.bisup.export.gptq;

import io.bisup.contract.recipe.Format;
import io.bisup.export.folder.LazyTensor;
import io.bisup.export.pack.HalfScales;
import io.bisup.export.pack.Words;
import io.bisup.export.source.Codes;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.TensorSource;
import java.util.List;

/** The tensors of one linear in GPTQ's layout (formats §7): input channels run down, output channels run across. */
final class GptqTensors {

    private GptqTensors() {}

    static List<TensorSource> of(LinearSource linear, Format format, HalfScales halves) {
        String module = linear.module();
        int bits = format.bits();
        long rows = linear.rows();
        int columns = linear.columns();
        long groups = format.scope().groupsOf(columns);
        int group = format.scope().columnsOf(columns);
        return List.of(
                LazyTensor.words(
                        module + ".qweight",
                        List.of((long) Words.rowWords(columns, bits), rows),
                        () -> codes(linear.codes(), bits)),
                LazyTensor.words(
                        module + ".qzeros",
                        List.of(groups, (long) Words.rowWords(linear.rows(), bits)),
                        () -> zeros(linear.codes(), bits)),
                LazyTensor.float16(
                        module + ".scales", List.of(groups, rows), () -> scales(module, linear.codes(), halves)),
                LazyTensor.words(module + ".g_idx", List.of((long) columns), () -> index(columns, group)));
    }

    /** [columns · b / 32, rows]. */
    static int[] codes(Codes codes, int bits) {
        return Words.packColumns(Words.transposed(codes.codes(), codes.columns()), codes.rows(), bits);
    }

    /** [groups, rows · b / 32]. */
    static int[] zeros(Codes codes, int bits) {
        int less = codes.format().symmetric() ? 1 : 0;
        byte[] points = Words.transposed(codes.zeroPoints(), codes.groups());
        for (int i = 0; i < points.length; i++) {
            points[i] = (byte) (points[i] - less);
        }
        return Words.pack(points, codes.rows(), bits);
    }

    private static float[] scales(String module, Codes codes, HalfScales halves) {
        return Words.transposed(halves.of(module, codes), codes.groups());
    }

    private static int[] index(int columns, int group) {
        int[] index = new int[columns];
        for (int column = 0; column < columns; column++) {
            index[column] = column / group;
        }
        return index;
    }
}
