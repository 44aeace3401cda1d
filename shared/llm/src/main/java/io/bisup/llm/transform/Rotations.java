package io.bisup.llm.transform;

import io.bisup.llm.tensor.TensorRuntime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The rotations of QuaRot (arXiv 2404.00456; methods §4.1) for every width: Hadamard where a matrix of the width is known, else a
 * random orthogonal factor takes the part of the odd one (13696 = 107 · 128, 14 heads).
 */
public final class Rotations {

    /** Widest piece of a power of two: one product with 128 columns is cheaper than two passes over memory. */
    private static final int WIDEST_PIECE = 128;

    /** A random factor may take powers of two beside the odd part as long as it stays this small. */
    private static final int SMALL_RANDOM = 64;

    private final TensorRuntime runtime;

    /** @param runtime holds the factors; the maps made here belong to whoever asked for them */
    public Rotations(TensorRuntime runtime) {
        this.runtime = runtime;
    }

    /** Whether a Hadamard matrix of this width is known. */
    public static boolean hasHadamard(int width) {
        return hadamardFactors(width).isPresent();
    }

    /**
     * H_n/√n, without signs: for products at run time.
     *
     * @throws IllegalArgumentException where {@link #hasHadamard} is false
     */
    public Orthogonal hadamard(int width) {
        return make(
                hadamardFactors(width)
                        .orElseThrow(() -> new IllegalArgumentException("no Hadamard matrix of width " + width
                                + " is known; use Rotations.online, which falls back on a random factor")),
                null);
    }

    /** As {@link #hadamard}; with a random factor in place of the odd part where no Hadamard matrix is known. */
    public Orthogonal online(int width, long seed) {
        return make(factors(width, seed), null);
    }

    /** R1: D H_n/√n with random signs D, for the residual stream; with a random factor as in {@link #online}. */
    public Orthogonal residual(int width, long seed) {
        return make(factors(width, seed), seed);
    }

    /** I ⊗ H: each of {@code heads} blocks of {@code headDim} channels by itself. */
    public Orthogonal perHead(int heads, int headDim, long seed) {
        return make(Orthogonal.concat(List.of(Factor.identity(heads)), factors(headDim, seed)), null);
    }

    /** H ⊗ I: the same channel of all heads. */
    public Orthogonal acrossHeads(int heads, int headDim, long seed) {
        return make(Orthogonal.concat(factors(heads, seed), List.of(Factor.identity(headDim))), null);
    }

    /**
     * Blocks of {@code block} channels, each by its own Hadamard matrix.
     *
     * @throws IllegalArgumentException when blocks do not tile the width or have no Hadamard matrix
     */
    public Orthogonal blocks(int width, int block) {
        if (width % block != 0) {
            throw new IllegalArgumentException(
                    "blocks of " + block + " do not tile " + width + " channels; use a divisor of " + width);
        }
        List<Factor> inner = hadamardFactors(block)
                .orElseThrow(() -> new IllegalArgumentException("no Hadamard matrix of width " + block + " is known"));
        return make(Orthogonal.concat(List.of(Factor.identity(width / block)), inner), null);
    }

    /** A dense random orthogonal matrix: n² multiplications a token, so for folding. */
    public Orthogonal random(int width, long seed) {
        return make(List.of(Factor.random(width, seed)), null);
    }

    private Orthogonal make(List<Factor> factors, @Nullable Long signSeed) {
        int width = factors.stream().mapToInt(Factor::size).reduce(1, Math::multiplyExact);
        return Orthogonal.of(runtime, new MapDescription(MapDescription.Kind.ORTHOGONAL, width, factors, signSeed));
    }

    private static List<Factor> factors(int width, long seed) {
        return hadamardFactors(width).orElseGet(() -> withRandomFactor(width, seed));
    }

    /** H_K ⊗ H_{2^k} with the smallest K for which there is a construction. */
    private static Optional<List<Factor>> hadamardFactors(int width) {
        if (width < 1) {
            throw new IllegalArgumentException("a width is " + width + "; use 1 or more");
        }
        int odd = width >> Integer.numberOfTrailingZeros(width);
        if (odd == 1) {
            return Optional.of(powerOfTwo(width));
        }
        for (int order = 4 * odd; order <= HadamardMatrix.LARGEST_PALEY && width % order == 0; order *= 2) {
            if (HadamardMatrix.find(order).isPresent()) {
                return Optional.of(Orthogonal.concat(List.of(Factor.hadamard(order)), powerOfTwo(width / order)));
            }
        }
        return Optional.empty();
    }

    private static List<Factor> withRandomFactor(int width, long seed) {
        int random = width >> Integer.numberOfTrailingZeros(width);
        while (width % (2 * random) == 0 && 2 * random <= SMALL_RANDOM) {
            random *= 2;
        }
        return Orthogonal.concat(List.of(Factor.random(random, seed)), powerOfTwo(width / random));
    }

    /** H_{2^k} as a product of Sylvester matrices of nearly equal size; none for 1. */
    private static List<Factor> powerOfTwo(int width) {
        int exponent = Integer.numberOfTrailingZeros(width);
        int pieces = Math.ceilDiv(exponent, Integer.numberOfTrailingZeros(WIDEST_PIECE));
        List<Factor> factors = new ArrayList<>();
        for (int i = 0; i < pieces; i++) {
            int share = Math.ceilDiv(exponent, pieces - i);
            factors.add(Factor.hadamard(1 << share));
            exponent -= share;
        }
        return List.copyOf(factors);
    }
}
