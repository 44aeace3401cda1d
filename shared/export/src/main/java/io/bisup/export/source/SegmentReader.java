package io.bisup.export.source;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Scope;
import io.bisup.llm.artifact.StoredArtifact;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.weight.BitPacking;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Reads one segment of a stored weight; a tile's scale is repeated for each of its rows. */
record SegmentReader(StoredArtifact artifact, String stem, int rows, Segment segment) {

    Codes codes() {
        Format format = segment.format();
        int bits = format.bits();
        int columns = segment.columns();
        int groups = format.scope().groupsOf(columns);
        byte[] codes = BitPacking.unpack(bytes(".qweight"), columns, bits);
        float[] scales = artifact.tensor(stem + ".scales").toFloats();
        byte[] zeros = new byte[scales.length];
        if (format.symmetric()) {
            Arrays.fill(zeros, (byte) (1 << (bits - 1)));
        } else {
            zeros = BitPacking.unpack(bytes(".zeros"), groups, bits);
        }
        return new Codes(rows, columns, format, codes, eachRow(scales, groups), eachRow(zeros, groups));
    }

    /** [rows × columns] of a segment that is stored as it is. */
    float[] exact() {
        return artifact.tensor(stem + ".weight").toFloats();
    }

    private byte[] bytes(String suffix) {
        return artifact.tensor(stem + suffix).data().toArray(ValueLayout.JAVA_BYTE);
    }

    private float[] eachRow(float[] tiles, int groups) {
        int shared = sharedRows();
        if (shared == 1) {
            return tiles;
        }
        float[] all = new float[rows * groups];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(tiles, row / shared * groups, all, row * groups, groups);
        }
        return all;
    }

    private byte[] eachRow(byte[] tiles, int groups) {
        int shared = sharedRows();
        if (shared == 1) {
            return tiles;
        }
        byte[] all = new byte[rows * groups];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(tiles, row / shared * groups, all, row * groups, groups);
        }
        return all;
    }

    private int sharedRows() {
        Scope scope = segment.format().scope();
        return scope instanceof Scope.Tensor ? rows : scope.sharedRows();
    }
}
