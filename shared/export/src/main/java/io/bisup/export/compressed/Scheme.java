package io.bisup.export.compressed;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Scope;
import io.bisup.export.folder.LazyTensor;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.pack.Words;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorSource;
import java.util.ArrayList;
import java.util.List;

/** The layouts of compressed-tensors that carry integers, with the tensors that each linear has in them (formats §2). */
enum Scheme {
    /** Codes in 32-bit words; what every reader of groups, of few bits or of four-bit inputs takes. */
    PACK_QUANTIZED {
        @Override
        List<TensorSource> tensors(LinearSource linear, Format format) {
            List<TensorSource> all = new ArrayList<>();
            String module = linear.module();
            int bits = format.bits();
            long rows = linear.rows();
            long groups = format.scope().groupsOf(linear.columns());
            all.add(LazyTensor.words(
                    module + ".weight_packed",
                    List.of(rows, (long) Words.rowWords(linear.columns(), bits)),
                    () -> Words.pack(linear.codes().codes(), linear.columns(), bits)));
            all.add(scales(linear, format));
            all.add(LazyTensor.longs(module + ".weight_shape", rows, linear.columns()));
            if (!format.symmetric()) {
                all.add(LazyTensor.words(
                        module + ".weight_zero_point",
                        List.of((long) Words.rowWords(linear.rows(), bits), groups),
                        () -> Words.packColumns(linear.codes().zeroPoints(), (int) groups, bits)));
            }
            return all;
        }
    },
    /** One signed byte a code: eight bits on both sides, a scale for each row and token. */
    INT_QUANTIZED {
        @Override
        List<TensorSource> tensors(LinearSource linear, Format format) {
            return bytes(linear, format);
        }
    },
    /** One signed byte a code of any bits; zero points are bytes too. */
    NAIVE_QUANTIZED {
        @Override
        List<TensorSource> tensors(LinearSource linear, Format format) {
            List<TensorSource> all = new ArrayList<>(bytes(linear, format));
            if (!format.symmetric()) {
                all.add(LazyTensor.bytes(
                        linear.module() + ".weight_zero_point",
                        DType.I8,
                        List.of((long) linear.rows(), (long) format.scope().groupsOf(linear.columns())),
                        () -> signed(linear.codes().zeroPoints(), format.bits())));
            }
            return all;
        }
    };

    /** The name in documents. */
    String wireName() {
        return switch (this) {
            case PACK_QUANTIZED -> "pack-quantized";
            case INT_QUANTIZED -> "int-quantized";
            case NAIVE_QUANTIZED -> "naive-quantized";
        };
    }

    /** The tensors of one linear. */
    abstract List<TensorSource> tensors(LinearSource linear, Format format);

    /** The layout that is asked for, or else the one whose readers multiply in these formats (formats §3). */
    static Scheme of(Precision precision, ExportOptions.Layout layout) {
        return switch (layout) {
            case PACKED -> packed(precision);
            case NAIVE -> NAIVE_QUANTIZED;
        };
    }

    private static Scheme packed(Precision precision) {
        boolean bytes = precision.weights().bits() == 8
                && precision.inputs().bits() == 8
                && precision.weights().scope() instanceof Scope.Row
                && precision.inputs().scope() instanceof Scope.Row;
        return bytes ? INT_QUANTIZED : PACK_QUANTIZED;
    }

    private static TensorSource scales(LinearSource linear, Format format) {
        return LazyTensor.bfloat16(
                linear.module() + ".weight_scale",
                List.of((long) linear.rows(), (long) format.scope().groupsOf(linear.columns())),
                () -> linear.codes().scales());
    }

    private static List<TensorSource> bytes(LinearSource linear, Format format) {
        TensorSource codes = LazyTensor.bytes(
                linear.module() + ".weight",
                DType.I8,
                List.of((long) linear.rows(), (long) linear.columns()),
                () -> signed(linear.codes().codes(), format.bits()));
        return List.of(codes, scales(linear, format));
    }

    private static byte[] signed(byte[] codes, int bits) {
        byte[] signed = new byte[codes.length];
        for (int i = 0; i < signed.length; i++) {
            signed[i] = (byte) (codes[i] - (1 << (bits - 1)));
        }
        return signed;
    }
}
