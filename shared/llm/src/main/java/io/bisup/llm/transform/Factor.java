package io.bisup.llm.transform;

/**
 * One factor of a Kronecker product of orthogonal matrices.
 *
 * @param size of the square matrix
 * @param seed of a random one; 0 otherwise
 */
public record Factor(Kind kind, int size, long seed) {

    /** Kinds of matrices. */
    public enum Kind {
        IDENTITY,
        /** {@link HadamardMatrix#of} divided by the root of its size. */
        HADAMARD,
        /** {@link RandomOrthogonal}. */
        RANDOM
    }

    public Factor {
        if (size < 1) {
            throw new IllegalArgumentException("a factor has size " + size + "; use 1 or more");
        }
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
