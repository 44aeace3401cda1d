package io.bisup.llm.transform;

import java.util.Arrays;
import java.util.Optional;

/**
 * A field of p^k elements, p an odd prime and k ≤ 3, as far as Paley's matrices need it: differences and squares. An element is
 * a polynomial over GF(p), coded by its coefficients as digits to the base p, the constant one last.
 */
final class FiniteField {
    private static final int MOST_DIGITS = 3;

    private final int prime;
    private final int size;
    private final int[] modulus;
    private final boolean[] square;

    private FiniteField(int prime, int degree, int size) {
        this.prime = prime;
        this.size = size;
        this.modulus = irreducible(prime, degree, size);
        this.square = new boolean[size];
        for (int a = 1; a < size; a++) {
            square[encode(multiply(digits(a), digits(a)))] = true;
        }
    }

    /** The field of so many elements; empty when the number is no odd prime power with an exponent of at most 3. */
    static Optional<FiniteField> of(int size) {
        int prime = smallestDivisor(size);
        int degree = 0;
        int rest = size;
        while (prime > 2 && rest % prime == 0) {
            rest /= prime;
            degree++;
        }
        return prime > 2 && rest == 1 && degree <= MOST_DIGITS
                ? Optional.of(new FiniteField(prime, degree, size))
                : Optional.empty();
    }

    /** χ(a − b): 0 for equal elements, 1 when the difference is a square, else −1. */
    int characterOfDifference(int a, int b) {
        if (a == b) {
            return 0;
        }
        int[] difference = digits(a);
        int[] subtracted = digits(b);
        for (int i = 0; i < difference.length; i++) {
            difference[i] = Math.floorMod(difference[i] - subtracted[i], prime);
        }
        return square[encode(difference)] ? 1 : -1;
    }

    private static int smallestDivisor(int number) {
        int divisor = 2;
        while (divisor * divisor <= number && number % divisor != 0) {
            divisor++;
        }
        return number < 2 ? 1 : divisor * divisor <= number ? divisor : number;
    }

    /** Lower coefficients, constant first, of a monic polynomial of the degree without roots: irreducible for degrees up to 3. */
    private static int[] irreducible(int prime, int degree, int size) {
        for (int code = 0; code < size; code++) {
            int[] coefficients = digits(code, prime, degree);
            if (degree == 1 || !hasRoot(coefficients, prime)) {
                return coefficients;
            }
        }
        throw new IllegalStateException("no irreducible polynomial of degree " + degree + " over GF(" + prime + ")");
    }

    private static boolean hasRoot(int[] coefficients, int prime) {
        for (int x = 0; x < prime; x++) {
            int value = 1;
            for (int i = coefficients.length - 1; i >= 0; i--) {
                value = (value * x + coefficients[i]) % prime;
            }
            if (value == 0) {
                return true;
            }
        }
        return false;
    }

    /** The product modulo the irreducible polynomial. */
    private int[] multiply(int[] a, int[] b) {
        int degree = modulus.length;
        int[] product = new int[2 * degree - 1];
        for (int i = 0; i < degree; i++) {
            for (int j = 0; j < degree; j++) {
                product[i + j] = (product[i + j] + a[i] * b[j]) % prime;
            }
        }
        for (int top = product.length - 1; top >= degree; top--) {
            for (int i = 0; i < degree; i++) {
                int at = top - degree + i;
                product[at] = Math.floorMod(product[at] - product[top] * modulus[i], prime);
            }
        }
        return Arrays.copyOf(product, degree);
    }

    private int[] digits(int code) {
        return digits(code, prime, modulus.length);
    }

    private static int[] digits(int code, int prime, int degree) {
        int[] digits = new int[degree];
        int rest = code;
        for (int i = 0; i < degree; i++) {
            digits[i] = rest % prime;
            rest /= prime;
        }
        return digits;
    }

    private int encode(int[] digits) {
        int code = 0;
        for (int i = digits.length - 1; i >= 0; i--) {
            code = code * prime + digits[i];
        }
        assert code < size;
        return code;
    }
}
