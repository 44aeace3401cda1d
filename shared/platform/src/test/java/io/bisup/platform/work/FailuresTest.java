package io.bisup.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class FailuresTest {

    static Stream<Arguments> causes() {
        return Stream.of(
                Arguments.of(new OutOfMemoryError("Java heap space"), FailureCode.OUT_OF_MEMORY),
                Arguments.of(
                        new IllegalStateException("[enforce fail] DefaultCPUAllocator: can't allocate memory: 1 TB"),
                        FailureCode.OUT_OF_MEMORY),
                Arguments.of(new IllegalStateException("CUDA out of memory."), FailureCode.OUT_OF_MEMORY),
                Arguments.of(
                        new UncheckedIOException(new IOException("No space left on device")), FailureCode.DISK_FULL),
                Arguments.of(
                        new IllegalStateException(
                                "while reading", new FailureException(FailureCode.MALFORMED_CHECKPOINT, "x")),
                        FailureCode.MALFORMED_CHECKPOINT),
                Arguments.of(new IllegalStateException("surprise"), FailureCode.INTERNAL),
                Arguments.of(new IOException("connection reset"), FailureCode.INTERNAL));
    }

    @ParameterizedTest
    @MethodSource("causes")
    void eachCauseHasItsCode(Throwable thrown, FailureCode expected) {
        assertThat(Failures.of(thrown, Phase.BLOCKS, 3, 2))
                .returns(expected, Failure::code)
                .returns(expected.remedy(), Failure::remedy)
                .returns(Phase.BLOCKS, Failure::phase)
                .returns(3, Failure::block)
                .returns(2, Failure::attempt);
    }

    @Test
    void aSurpriseKeepsItsKindAndTheFirstLineOfItsMessage() {
        assertThat(Failures.of(new IllegalStateException("one\ntwo"), null, null, 1)
                        .message())
                .isEqualTo("IllegalStateException: one");
    }
}
