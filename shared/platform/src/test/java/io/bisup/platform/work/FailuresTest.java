package io.bisup.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.Phase;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.sql.SQLTransientException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FailuresTest {

    /** Of a folder that exists at the root of every server. */
    private static final String SERVER = "/tmp/bisup-work/cache/0a1b/model.safetensors";

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
    void aSurpriseIsLeftToTheLog() {
        for (Throwable thrown : List.of(
                new IllegalStateException("one\ntwo"),
                new NullPointerException(
                        "Cannot invoke \"java.util.List.size()\" because \"<local1>\" is null: " + SERVER),
                new NoSuchFileException(SERVER),
                new FailureException(FailureCode.INTERNAL, "in " + SERVER))) {
            assertThat(message(thrown))
                    .isEqualTo("an error that nobody foresaw ended the attempt; the log of its worker tells which");
        }
    }

    static Stream<Arguments> messages() {
        return Stream.of(
                Arguments.of(
                        new UncheckedIOException(new IOException(SERVER + ": No space left on device")),
                        "model.safetensors: No space left on device"),
                Arguments.of(
                        new FileSystemException(SERVER, null, "Disk quota exceeded"),
                        "model.safetensors: Disk quota exceeded"),
                Arguments.of(
                        new FailureException(FailureCode.MALFORMED_CHECKPOINT, "no such file: " + SERVER + "; look"),
                        "no such file: model.safetensors; look"),
                Arguments.of(
                        new FailureException(FailureCode.MALFORMED_CHECKPOINT, "'file://" + SERVER + "' is torn"),
                        "'model.safetensors' is torn"),
                Arguments.of(
                        new FailureException(
                                FailureCode.MALFORMED_CHECKPOINT,
                                "config.json cannot be read: java.io.IOException: " + SERVER),
                        "config.json cannot be read: model.safetensors"),
                Arguments.of(
                        new IllegalStateException("ai.djl.engine.EngineException: CUDA out of memory.\nat line 2"),
                        "CUDA out of memory."),
                Arguments.of(new OutOfMemoryError("Java heap space"), "Java heap space"),
                Arguments.of(new OutOfMemoryError(), "out of memory"),
                Arguments.of(
                        new IllegalStateException(new SQLTransientException("org.postgresql.Driver: gone")),
                        "PostgreSQL did not answer"));
    }

    @ParameterizedTest
    @MethodSource("messages")
    void aTenantReadsNoClassAndNoPathOfTheServer(Throwable thrown, String expected) {
        assertThat(message(thrown)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "tensor model.layers.0.self_attn.q_proj.weight of model-00001-of-00002.safetensors holds NaN",
                "peft cannot hold /compensation; use learning/objective: mse",
                "the object store at http://127.0.0.1:9000 did not serve jobs/1/attempts/2/config.json: timeout",
                "use at most 511 of 2/3"
            })
    void whatNamesNeitherStaysAsItIs(String message) {
        assertThat(message(new FailureException(FailureCode.MALFORMED_CHECKPOINT, message)))
                .isEqualTo(message);
    }

    private static String message(Throwable thrown) {
        return Failures.of(thrown, null, null, 1).message();
    }
}
