package io.bisup.export.source;

import io.bisup.contract.recipe.Format;
import java.util.List;

/**
 * The codes of a weight [rows, columns]: value = (code − zero point) · scale, with one scale and zero point for {@link
 * #groupColumns} neighbouring columns of a row.
 *
 * @param rows output channels
 * @param columns input channels
 * @param format bits, and whether there are zero points
 * @param codes unsigned, one a byte, [rows × columns]
 * @param scales each a bfloat16 number, [rows × groups]
 * @param zeroPoints unsigned, one a byte, [rows × groups]; 2^(b−1) where the format is symmetric
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Codes(int rows, int columns, Format format, byte[] codes, float[] scales, byte[] zeroPoints) {

    /** Columns that share a scale; the last group of a row may have fewer. */
    public int groupColumns() {
        return format.scope().columnsOf(columns);
    }

    /** Scales of a row. */
    public int groups() {
        return format.scope().groupsOf(columns);
    }

    /** What the codes stand for, [rows × columns]. */
    public float[] values() {
        float[] values = new float[codes.length];
        int width = groupColumns();
        int groups = groups();
        for (int i = 0; i < values.length; i++) {
            int group = i / columns * groups + i % columns / width;
            values[i] = ((codes[i] & 0xFF) - (zeroPoints[group] & 0xFF)) * scales[group];
        }
        return values;
    }

    /** Weights of one format and width above one another. */
    static Codes stacked(List<Codes> parts) {
        if (parts.size() == 1) {
            return parts.getFirst();
        }
        Codes first = parts.getFirst();
        return new Codes(
                parts.stream().mapToInt(Codes::rows).sum(),
                first.columns,
                first.format,
                Joined.bytes(parts.stream().map(Codes::codes).toList()),
                Joined.floats(parts.stream().map(Codes::scales).toList()),
                Joined.bytes(parts.stream().map(Codes::zeroPoints).toList()));
    }
}
