package io.bisup.export.source;

/**
 * The low-rank branch of a linear: y += (x Bᵀ) Aᵀ, in float32; stored as bfloat16.
 *
 * @param rank may be 0 where the linear has none
 * @param in B, [rank × columns]; PEFT's lora_A
 * @param out A, [rows × rank]; PEFT's lora_B
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Branch(int rank, float[] in, float[] out) {

    /** Adds the branch's product to a weight [rows × columns], in place. */
    public void addTo(float[] weight, int columns) {
        int rows = weight.length / columns;
        for (int row = 0; row < rows; row++) {
            for (int k = 0; k < rank; k++) {
                float factor = out[row * rank + k];
                int to = row * columns;
                int from = k * columns;
                for (int i = 0; i < columns; i++) {
                    weight[to + i] += factor * in[from + i];
                }
            }
        }
    }

    /** The same branch with zeros up to a rank: readers want one rank of all linears. */
    public Branch paddedTo(int wanted, int rows, int columns) {
        float[] wide = new float[wanted * columns];
        System.arraycopy(in, 0, wide, 0, in.length);
        float[] tall = new float[rows * wanted];
        for (int row = 0; row < rows; row++) {
            System.arraycopy(out, row * rank, tall, row * wanted, rank);
        }
        return new Branch(wanted, wide, tall);
    }
}
