package io.bisup.contract.recipe;

import com.fasterxml.jackson.annotation.JsonProperty;
import io.bisup.contract.Check;

/**
 * Low-rank compensation of the weights' rounding error: y += x Bᵀ Aᵀ (ASER, arXiv 2411.07762; BiSup's Θ3).
 *
 * @param rank most columns of A
 * @param energy part of the error's squared singular values that suffices, in (0, 1]; 1: the whole rank
 * @param start A and B before learning
 * @param reads which input the branch reads
 * @param outliers input channels whose weights the branch carries instead of the codes (ASER §3.3); 0 for none
 */
public record LowRank(
        int rank,
        @JsonProperty(defaultValue = "1") double energy,
        Start start,
        Reads reads,
        @JsonProperty(defaultValue = "0") int outliers) {

    /** A and B before learning. */
    public enum Start {
        /** The best in the metric of the inputs. */
        WHITENED_SVD,
        SVD,
        /** A = 0, B Gaussian. */
        ZERO
    }

    /** Which input the branch reads. */
    public enum Reads {
        EXACT,
        QUANTIZED
    }

    public LowRank {
        start = start == null ? Start.WHITENED_SVD : start;
        reads = reads == null ? Reads.EXACT : reads;
        Check.range(rank, 1, 1024, "rank");
        Check.range(energy, 0.01, 1, "energy");
        Check.range(outliers, 0, 1024, "outliers");
    }
}
