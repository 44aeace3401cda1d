package io.bisup.llm.transform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RotationsTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final Rotations rotations = new Rotations(runtime);
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** H1 and methods §1.7: every width of Llama and Qwen has the construction of the table, with orthogonal factors. */
    @ParameterizedTest
    @CsvSource({
        "896, 28",
        "1792, 28",
        "3584, 28",
        "7168, 28",
        "14336, 28",
        "28672, 28",
        "28, 28",
        "56, 28",
        "1536, 12",
        "3072, 12",
        "6144, 12",
        "12288, 12",
        "24576, 12",
        "12, 12",
        "24, 12",
        "48, 12",
        "2560, 20",
        "5120, 20",
        "20480, 20",
        "20, 20",
        "40, 20",
        "11008, 344",
        "5504, 344",
        "22016, 344",
        "13824, 108",
        "6912, 108",
        "27648, 108",
        "2816, 44",
        "5632, 44",
        "6656, 52",
        "18944, 148",
        "4864, 76",
        "9728, 76",
        "8960, 140",
        "17920, 140",
        "17408, 68",
        "25600, 100",
        "29568, 924",
        "2304, 36",
        "512, 1",
        "1024, 1",
        "2048, 1",
        "4096, 1",
        "8192, 1",
        "16384, 1"
    })
    void everyWidthHasItsHadamard(int width, int order) {
        try (Orthogonal map = rotations.hadamard(width)) {
            List<Factor> factors = map.describe().factors();
            assertThat(factors).allMatch(factor -> factor.kind() == Factor.Kind.HADAMARD);
            assertThat(factors.stream().mapToInt(Factor::size).reduce(1, Math::multiplyExact))
                    .isEqualTo(width);
            assertThat(factors.stream().skip(order == 1 ? 0 : 1))
                    .allMatch(factor -> Integer.bitCount(factor.size()) == 1);
            if (order > 1) {
                assertThat(factors.getFirst().size()).isEqualTo(order);
            }
        }
    }

    /** H1 for whole products: n − 2 · (number of differing signs) is 0 for every two rows. */
    @ParameterizedTest
    @ValueSource(ints = {896, 1536, 2304, 2560})
    void productsOfFactorsAreHadamard(int width) {
        try (Orthogonal map = rotations.hadamard(width)) {
            long[][] rows =
                    signs(map.apply(kernels, runtime.manager().eye(width)).toFloatArray(), width);
            for (int i = 0; i < width; i++) {
                for (int j = 0; j < i; j++) {
                    if (2 * different(rows[i], rows[j]) != width) {
                        throw new AssertionError("rows " + i + " and " + j + " of order " + width);
                    }
                }
            }
        }
    }

    private static int different(long[] a, long[] b) {
        int different = 0;
        for (int i = 0; i < a.length; i++) {
            different += Long.bitCount(a[i] ^ b[i]);
        }
        return different;
    }

    /** One bit an entry; every entry is ±1/√n. */
    private static long[][] signs(float[] entries, int width) {
        long[][] rows = new long[width][Math.ceilDiv(width, Long.SIZE)];
        for (int i = 0; i < entries.length; i++) {
            if (Math.abs(Math.abs(entries[i]) * Math.sqrt(width) - 1) > 1e-5) {
                throw new AssertionError("entry " + i + " is " + entries[i]);
            }
            if (entries[i] > 0) {
                int column = i % width;
                rows[i / width][column / Long.SIZE] |= 1L << column;
            }
        }
        return rows;
    }

    @ParameterizedTest
    @CsvSource({"13696, 107", "27392, 107", "14, 14"})
    void widthsWithoutAHadamardTakeARandomFactor(int width, int random) {
        assertThat(Rotations.hasHadamard(width)).isFalse();
        assertThatThrownBy(() -> rotations.hadamard(width)).hasMessageContaining("width " + width);
        try (Orthogonal map = rotations.online(width, 3)) {
            assertThat(map.describe().factors().getFirst()).isEqualTo(Factor.random(random, 3));
            NDArray x = ChannelMapTest.gaussian(width, 2, width);
            assertThat(norm(map.apply(kernels, x))).isCloseTo(norm(x), within(1e-9 * norm(x)));
            assertThat(norm(map.undo(kernels, map.apply(kernels, x)).sub(x))).isLessThan(1e-10 * norm(x));
        }
    }

    /** Q Qᵀ = I, and the signs of R's diagonal make it depend on nothing but the seed. */
    @ParameterizedTest
    @ValueSource(ints = {1, 14, 107})
    void randomMatricesAreOrthogonalAndRepeat(int size) {
        NDArray q = RandomOrthogonal.of(runtime, size, 5);
        NDArray identity = runtime.manager().eye(size).toType(DataType.FLOAT64, true);
        assertThat(norm(kernels.call("matmul", q, q.transpose()).sub(identity))).isLessThan(1e-12 * size);
        assertThat(RandomOrthogonal.of(runtime, size, 5).toDoubleArray()).isEqualTo(q.toDoubleArray());
        if (size > 1) {
            assertThat(RandomOrthogonal.of(runtime, size, 6).toDoubleArray()).isNotEqualTo(q.toDoubleArray());
        }
    }

    /** Signs before the Hadamard: the same input channel has its sign in every output. */
    @Test
    void theResidualRotationHasRandomSigns() {
        try (Orthogonal plain = rotations.hadamard(64);
                Orthogonal signed = rotations.residual(64, 1)) {
            NDArray identity = runtime.manager().eye(64);
            float[] quotient = signed.apply(kernels, identity)
                    .div(plain.apply(kernels, identity))
                    .toFloatArray();
            int negative = 0;
            for (int i = 0; i < 64; i++) {
                for (int j = 0; j < 64; j++) {
                    assertThat(quotient[64 * i + j]).isEqualTo(quotient[64 * i]);
                }
                negative += quotient[64 * i] < 0 ? 1 : 0;
            }
            assertThat(negative).isBetween(16, 48);
        }
    }

    /** R2 and the across-heads part together are the Hadamard of the whole o input (methods §4.1, 3). */
    @Test
    void headsAndChannelsOfHeadsGiveTheWholeHadamard() {
        try (Orthogonal inner = rotations.perHead(12, 32, 0);
                Orthogonal outer = rotations.acrossHeads(12, 32, 0);
                Orthogonal whole = rotations.hadamard(12 * 32)) {
            NDArray x = ChannelMapTest.gaussian(1, 4, 12 * 32);
            NDArray both = outer.apply(kernels, inner.apply(kernels, x));
            assertThat(norm(both.sub(whole.apply(kernels, x)))).isLessThan(1e-12 * norm(x));
        }
    }

    @Test
    void aClosedMapLeavesNoTensor() {
        int before = runtime.manager().getManagedArrays().size();
        Orthogonal map;
        try (NDScope step = new NDScope()) {
            step.suppressNotUsedWarning();
            map = rotations.residual(13696, 1);
        }
        assertThat(runtime.manager().getManagedArrays()).hasSizeGreaterThan(before);
        map.close();
        assertThat(runtime.manager().getManagedArrays()).hasSize(before);
    }

    /** A document may name a matrix that does not exist; what was made before it must not stay. */
    @Test
    void aMapThatCannotBeMadeLeavesNoTensor() {
        int before = runtime.manager().getManagedArrays().size();
        MapDescription description = new MapDescription(
                MapDescription.Kind.ORTHOGONAL, 4 * 92, List.of(Factor.hadamard(4), Factor.hadamard(92)), null);
        assertThatThrownBy(() -> ChannelMaps.open(runtime, description, "r", name -> java.util.Optional.empty()))
                .hasMessageContaining("order 92");
        assertThat(runtime.manager().getManagedArrays()).hasSize(before);
    }

    @Test
    void blocksThatDoNotTileAreRefused() {
        assertThatThrownBy(() -> rotations.blocks(130, 128)).hasMessageContaining("do not tile 130");
    }

    private static double norm(NDArray x) {
        return Math.sqrt(x.toType(DataType.FLOAT64, true).square().sum().getDouble());
    }
}
