package io.bisup.llm.peer;

import io.bisup.llm.checkpoint.TensorView;

/** Reads tensors [groups, rows] as [rows, groups]. */
final class Transposed {

    private Transposed() {}

    static float[] floats(TensorView view) {
        int groups = Math.toIntExact(view.shape().get(0));
        int rows = Math.toIntExact(view.shape().get(1));
        float[] stored = view.toFloats();
        float[] turned = new float[stored.length];
        for (int group = 0; group < groups; group++) {
            for (int row = 0; row < rows; row++) {
                turned[row * groups + group] = stored[group * rows + row];
            }
        }
        return turned;
    }
}
