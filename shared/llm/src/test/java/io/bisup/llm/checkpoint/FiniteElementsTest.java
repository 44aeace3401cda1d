package io.bisup.llm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.tensor.Bfloat16;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** NaN and infinity are found wherever they stand, and nothing else is taken for them. */
class FiniteElementsTest {
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final float[] NOT_FINITE = {
        Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY, Float.intBitsToFloat(0x7fc1_2345)
    };

    @TempDir
    Path folder;

    /** Elements of random values over the whole exponent range, largest and smallest ones among them. */
    private static MemorySegment random(DType type, int count) {
        Random random = new Random(count);
        // One byte in front: elements of a file are not aligned.
        MemorySegment all =
                Arena.ofAuto().allocate((long) count * type.bytes() + 1).asSlice(1);
        float[] extremes = {largest(type), -largest(type), Float.MIN_VALUE, 0f, -0f, 1f};
        for (int i = 0; i < count; i++) {
            float value = random.nextInt(3) == 0
                    ? extremes[random.nextInt(extremes.length)]
                    : (float) (random.nextGaussian() * Math.pow(2, random.nextInt(-14, 15)));
            set(type, all, i, value);
        }
        return all;
    }

    private static float largest(DType type) {
        return switch (type) {
            case F16 -> 65504f;
            case BF16 -> Bfloat16.toFloat((short) 0x7f7f);
            default -> Float.MAX_VALUE;
        };
    }

    private static void set(DType type, MemorySegment data, long i, float value) {
        switch (type) {
            case F16 -> data.set(SHORT, 2 * i, Float.floatToFloat16(value));
            case BF16 -> data.set(SHORT, 2 * i, Bfloat16.fromFloat(value));
            case F32 -> data.set(ValueLayout.JAVA_FLOAT_UNALIGNED, 4 * i, value);
            case F64 -> data.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, 8 * i, value);
            default -> throw new IllegalArgumentException(type.name());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16", "F32", "F64"})
    void theFirstOneIsFoundAtEveryPlace(DType type) {
        // More than one piece of words, and a tail that fills none.
        int count = (1 << 15) + (1 << 13) + 3;
        MemorySegment data = random(type, count);
        assertThat(FiniteElements.firstNotFinite(type, data)).isEqualTo(-1);
        Random random = new Random(1);
        for (int place : new int[] {0, 1, 2, 3, 7, (1 << 15) - 1, 1 << 15, count - 4, count - 2, count - 1}) {
            float before = 1f;
            set(type, data, place, NOT_FINITE[random.nextInt(NOT_FINITE.length)]);
            assertThat(FiniteElements.firstNotFinite(type, data)).isEqualTo(place);
            set(type, data, place, before);
        }
    }

    /** Every pattern of 16 bits in every lane of a word. */
    @ParameterizedTest
    @EnumSource(
            value = DType.class,
            names = {"F16", "BF16"})
    void eachPatternIsJudgedAsJavaJudgesIt(DType type) {
        MemorySegment word = Arena.ofAuto().allocate(8);
        for (int bits = 0; bits < 1 << 16; bits++) {
            float value = type == DType.F16 ? Float.float16ToFloat((short) bits) : Bfloat16.toFloat((short) bits);
            int lane = bits % 4;
            word.fill((byte) 0x7b);
            word.set(SHORT, 2L * lane, (short) bits);
            assertThat(FiniteElements.firstNotFinite(type, word)).isEqualTo(Float.isFinite(value) ? -1 : lane);
        }
    }

    @Test
    void aDoubleBeyondFloatsRangeIsNotFinite() {
        MemorySegment data = Arena.ofAuto().allocate(16);
        data.set(ValueLayout.JAVA_DOUBLE, 8, 1e39);
        assertThat(FiniteElements.firstNotFinite(DType.F64, data)).isEqualTo(1);
    }

    @Test
    void aCheckpointNamesFileTensorAndElement() throws IOException {
        float[] good = {1, 2, 3, 4};
        float[] bad = {1, 2, Float.NEGATIVE_INFINITY, 4};
        SafetensorsWriter.write(
                folder.resolve(Checkpoint.SINGLE_FILE),
                Map.of(),
                List.of(tensor("a", good), tensor("bad", bad), tensor("later", good)));
        AtomicInteger seen = new AtomicInteger();
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThatThrownBy(() -> checkpoint.requireFinite(seen::incrementAndGet))
                    .isInstanceOfSatisfying(
                            FailureException.class,
                            failure -> assertThat(failure.code()).isEqualTo(FailureCode.NON_FINITE_VALUES))
                    .hasMessageContaining("model.safetensors")
                    .hasMessageContaining("tensor bad")
                    .hasMessageContaining("element 2 is -Infinity");
        }
        assertThat(seen).hasValue(2);
    }

    private static TensorSource tensor(String name, float[] values) {
        return TensorSource.of(name, DType.F32, List.of((long) values.length), MemorySegment.ofArray(values));
    }
}
