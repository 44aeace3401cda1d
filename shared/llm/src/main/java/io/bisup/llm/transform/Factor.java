package io.bisup.llm.transform;

import com.fasterxml.jackson.databind.EnumNamingStrategies;
import com.fasterxml.jackson.databind.annotation.EnumNaming;
import io.bisup.contract.Check;

/**
 * One factor of a Kronecker product of orthogonal matrices.
 *
 * @param size of the square matrix
 * @param seed of a random one; 0 otherwise
 */
public record Factor(Kind kind, int size, long seed) {

    /** Kinds of matrices. */
    @EnumNaming(EnumNamingStrategies.SnakeCaseStrategy.class)
    public enum Kind {
        IDENTITY,
        /** {@link HadamardMatrix#of} divided by the root of its size. */
        HADAMARD,
        /** {@link RandomOrthogonal}. */
        RANDOM
    }

    public Factor {
        Check.present(kind, "kind");
        Check.range(size, 1, 1 << 17, "size");
    }

    static Factor identity(int size) {
        return new Factor(Kind.IDENTITY, size, 0);
    }

    static Factor hadamard(int size) {
        return new Factor(Kind.HADAMARD, size, 0);
    }

    static Factor random(int size, long seed) {
        return new Factor(Kind.RANDOM, size, seed);
    }
}
