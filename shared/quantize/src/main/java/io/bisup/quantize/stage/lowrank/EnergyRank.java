package io.bisup.quantize.stage.lowrank;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;
import io.bisup.quantize.stage.compensate.LowRankFactors;

/** Cuts balanced factors A = U √Σ, B = √Σ Vᵀ S⁻¹ of an error to the rank that holds a part of its energy (ASER §3.2). */
public final class EnergyRank {
    private final Kernels kernels;

    public EnergyRank(Kernels kernels) {
        this.kernels = kernels;
    }

    /**
     * The spectrum of E S as the factors show it: σᵢ = ‖aᵢ‖².
     *
     * @param factors of the error, largest singular value first
     * @param error E, [out, in]
     * @param root S, [in, in]
     */
    public Spectrum spectrum(LowRankFactors factors, NDArray error, NDArray root) {
        try (NDArray values = kernels.call("aser_spectrum", factors.a());
                NDArray energy = kernels.call("aser_energy", error, root)) {
            return new Spectrum(values.toDoubleArray(), energy.toDoubleArray()[0]);
        }
    }

    /** The factors' first {@code rank} columns of A and rows of B; new tensors. */
    public LowRankFactors leading(LowRankFactors factors, int rank) {
        NDArray[] parts = kernels.callMany("aser_leading", factors.a(), factors.b(), rank);
        return new LowRankFactors(parts[0], parts[1]);
    }
}
