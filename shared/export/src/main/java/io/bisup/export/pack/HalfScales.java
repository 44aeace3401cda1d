package io.bisup.export.pack;

import io.bisup.contract.ExportFormat;
import io.bisup.export.format.ExportRefusedException;
import io.bisup.export.format.Refusal;
import io.bisup.export.source.Codes;
import java.util.List;
import java.util.Locale;

/**
 * Scales on their way from bfloat16, in which an artifact stores them, to float16, which some formats want. A float16 has three more
 * significant bits and a narrower range: from 2^-17 to 65504 nothing is lost, below it the nearest is taken, and what has none is
 * refused. Remembers what it saw.
 */
public final class HalfScales {

    private final ExportFormat format;
    private long seen;
    private long rounded;
    private double worst;

    public HalfScales(ExportFormat format) {
        this.format = format;
    }

    /**
     * The scales of a weight, [rows × groups], as float16 numbers.
     *
     * @param module its name, for messages
     * @throws ExportRefusedException when a scale of a group that is not all zeros is too large, or becomes 0
     */
    public float[] of(String module, Codes codes) {
        float[] halves = new float[codes.scales().length];
        for (int i = 0; i < halves.length; i++) {
            float scale = codes.scales()[i];
            float half = Float.float16ToFloat(Float.floatToFloat16(scale));
            boolean lost = half == 0 || Float.isInfinite(half);
            if (lost && !isZero(codes, i)) {
                throw refused(module, codes, i);
            }
            // Of a group of zeros any scale will do that readers can divide by.
            halves[i] = lost ? 1 : half;
            note(scale, half, lost);
        }
        return halves;
    }

    private void note(float scale, float half, boolean lost) {
        seen++;
        if (half != scale && !lost) {
            rounded++;
            worst = Math.max(worst, Math.abs(half - scale) / (double) scale);
        }
    }

    private static boolean isZero(Codes codes, int index) {
        int row = index / codes.groups();
        int first = index % codes.groups() * codes.groupColumns();
        int last = Math.min(codes.columns(), first + codes.groupColumns());
        for (int column = first; column < last; column++) {
            if (codes.codes()[row * codes.columns() + column] != codes.zeroPoints()[index]) {
                return false;
            }
        }
        return true;
    }

    private ExportRefusedException refused(String module, Codes codes, int index) {
        return ExportRefusedException.ofShapes(
                format,
                List.of(new Refusal(
                        module + ".weight",
                        "[" + codes.rows() + ", " + codes.columns() + "]",
                        "the scale " + codes.scales()[index] + " of row " + index / codes.groups() + ", group "
                                + index % codes.groups() + ", is no float16",
                        "export as compressed-tensors, which has bfloat16 scales")));
    }

    /** What a user must know of the scales that were written. */
    public String text() {
        return rounded == 0
                ? "All " + seen + " scales are the artifact's, exactly: each is a float16 number as well."
                : String.format(
                        Locale.ROOT,
                        "%d of %d scales are below 2^-17 and were rounded to the nearest float16, by a factor of 1 ± %.2g"
                                + " at most; the others are the artifact's, exactly.",
                        rounded,
                        seen,
                        worst);
    }
}
