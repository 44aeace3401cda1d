package io.bisup.quantize.stage.lowrank;

/**
 * The leading singular values of an error E S, and the energy of all of them (methods §5.1, 6).
 *
 * @param leading σ₁ ≥ σ₂ ≥ …; all of them, or as many as were computed
 * @param energy ‖E S‖² = Σσ² over all
 */
@SuppressWarnings("ArrayRecordComponent") // never compared
public record Spectrum(double[] leading, double energy) {

    /**
     * The smallest rank whose singular values hold a part of the energy; the number of leading ones where they do not reach it,
     * and 0 for an error of 0.
     *
     * @param part in (0, 1]
     */
    public int rankFor(double part) {
        if (part <= 0 || part > 1) {
            throw new IllegalArgumentException("part of the energy is " + part + "; use one in (0, 1]");
        }
        double held = 0;
        int rank = 0;
        while (rank < leading.length && held < part * energy) {
            held += leading[rank] * leading[rank];
            rank++;
        }
        return rank;
    }

    /** exp of the entropy of σ/Σσ (Roy and Vetterli 2007): how many directions the error seems to have; 0 for an error of 0. */
    public double effectiveRank() {
        double sum = 0;
        for (double value : leading) {
            sum += value;
        }
        double entropy = 0;
        for (double value : leading) {
            if (value > 0) {
                entropy -= value / sum * Math.log(value / sum);
            }
        }
        return sum == 0 ? 0 : Math.exp(entropy);
    }
}
