package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An attempt's process computes as the worker's settings say. */
class AttemptProcessTest {

    @TempDir
    Path crashes;

    @Test
    void theFormatOfProductsIsTheSettings() throws IOException {
        assertThat(trainingStep(List.of("cpu", "bfloat16"))).endsWith("bfloat16");
        assertThat(trainingStep(List.of("cpu", "float32"))).endsWith("float32");
        assertThat(trainingStep(List.of("cpu"))).endsWith("float32");
    }

    @Test
    void anUnknownFormatIsNamed() {
        assertThatThrownBy(() -> trainingStep(List.of("cpu", "float16"))).hasMessageContaining("'float16'");
    }

    private String trainingStep(List<String> engine) throws IOException {
        try (AttemptProcess process = AttemptProcess.start(engine, crashes)) {
            return process.awaitReady(() -> {}).trainingStep();
        }
    }
}
