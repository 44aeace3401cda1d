package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.BaseNDManager;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.tensor.MallocStatistics;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.Control;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Twenty runs in one process, most of which end early, hold no more native memory than before. */
class ManyRunsTest {

    private static final List<String> PRESETS = List.of(
            "bisup-quarot-w3a3-g128", "bisup-atom-w4a4-g128", "gptq-w4a16-g128", "aser-w4a8", "smoothquant-w8a8");

    /** The compiler's own memory comes and goes by megabytes; a step's activations, left behind, are more than this. */
    private static final long ALLOWED_GROWTH = 16L << 20;

    private static final String STOPPED = "stopped";

    @TempDir
    Path folder;

    private int runs;

    @Test
    void nativeMemoryIsFlat() throws IOException {
        assumeTrue(
                MallocStatistics.bytesInUse().isPresent(), "the C library tells what is in use (glibc 2.33 or newer)");
        for (String preset : PRESETS) {
            run(preset, Control.NONE, () -> {});
        }
        int tensors = tensors();
        long before = inUse();
        for (String preset : PRESETS) {
            runs(preset);
        }
        assertThat(runs).isEqualTo(25);
        assertThat(tensors()).isEqualTo(tensors);
        assertThat(inUse() - before).isLessThan(ALLOWED_GROWTH);
    }

    /** One run to its end, one stopped in the midst of a block, one after it (as a pause is), one whose sink fails. */
    private void runs(String preset) throws IOException {
        run(preset, Control.NONE, () -> {});
        AtomicInteger steps = new AtomicInteger();
        assertThatThrownBy(() -> run(preset, () -> stop(steps.incrementAndGet() == 6), () -> {}))
                .hasMessage(STOPPED);
        AtomicInteger blocks = new AtomicInteger();
        assertThatThrownBy(() -> run(preset, () -> stop(blocks.get() == 1), blocks::incrementAndGet))
                .hasMessage(STOPPED);
        assertThatThrownBy(() -> run(preset, Control.NONE, () -> stop(true))).hasMessage(STOPPED);
    }

    private void run(String preset, Control control, Runnable sink) throws IOException {
        Path work = Files.createDirectory(folder.resolve("run-" + runs++));
        QuantizationInput input =
                TinyModels.input(TinyModels.config(Architecture.QWEN2, 2), TinyModels.preset(preset), 2);
        new ModelRun(RUNTIME, input, control).run(work, List.of(), (shard, report) -> sink.run());
    }

    private static void stop(boolean here) {
        if (here) {
            throw new IllegalStateException(STOPPED);
        }
    }

    private static int tensors() {
        return ((BaseNDManager) RUNTIME.manager()).getManagedArrays().size();
    }

    /** The least of several looks: compilers work beside. */
    private static long inUse() {
        System.gc();
        long least = Long.MAX_VALUE;
        for (int look = 0; look < 10; look++) {
            LockSupport.parkNanos(100_000_000);
            least = Math.min(least, MallocStatistics.bytesInUse().orElseThrow());
        }
        return least;
    }
}
