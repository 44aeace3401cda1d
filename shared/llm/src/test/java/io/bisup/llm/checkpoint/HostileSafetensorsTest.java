package io.bisup.llm.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.bisup.llm.checkpoint.HostileHeaders.Hostile;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Security row S-01 and acceptance row F3: every malformed file is refused with its own code, fast and in little memory. */
class HostileSafetensorsTest {

    private static final long MILLISECONDS = 1_000_000;
    private static final int RUNS = 4;
    private static final long MEBIBYTES = 1L << 20;

    @TempDir
    Path folder;

    static Stream<Hostile> hostile() {
        return HostileHeaders.all();
    }

    @ParameterizedTest
    @MethodSource("hostile")
    void isRefusedWithItsCode(Hostile hostile) {
        Path file = RawFile.write(folder.resolve("evil.safetensors"), hostile.file());

        MalformedCheckpointException refusal =
                catchThrowableOfType(MalformedCheckpointException.class, () -> SafetensorsFile.open(file));

        assertThat(refusal).isNotNull();
        assertThat(refusal.code()).isEqualTo(hostile.code());
        assertThat(refusal.getMessage()).contains("evil.safetensors").hasSizeLessThan(1_200);
    }

    @Test
    void thereAreEnoughOfThem() {
        assertThat(HostileHeaders.all()).hasSizeGreaterThanOrEqualTo(120);
    }

    @Test
    void noneTakesLongOrMuchMemory() {
        List<Path> files = Stream.iterate(0, i -> i + 1)
                .limit(HostileHeaders.all().count())
                .map(i -> folder.resolve(i + ".safetensors"))
                .toList();
        List<Hostile> hostile = HostileHeaders.all().toList();
        for (int i = 0; i < files.size(); i++) {
            RawFile.write(files.get(i), hostile.get(i).file());
        }
        for (int i = 0; i < files.size(); i++) {
            Path file = files.get(i);
            long cheapest = LongStream.generate(() -> cpuNanos(() -> refuse(file)))
                    .limit(RUNS)
                    .min()
                    .orElseThrow();
            assertThat(cheapest).as("%s: CPU time", hostile.get(i)).isLessThan(200 * MILLISECONDS);
            long allocated = allocatedBytes();
            refuse(file);
            assertThat(allocatedBytes() - allocated)
                    .as("%s: allocation", hostile.get(i))
                    .isLessThan(64 * MEBIBYTES);
        }
    }

    /** Of the thread alone; the cheapest of several runs is the one without the compiler's start. */
    private static long cpuNanos(Runnable work) {
        long before = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
        work.run();
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - before;
    }

    private static void refuse(Path file) {
        assertThat(catchThrowableOfType(MalformedCheckpointException.class, () -> SafetensorsFile.open(file)))
                .isNotNull();
    }

    private static long allocatedBytes() {
        var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        return threads.getThreadAllocatedBytes(Thread.currentThread().threadId());
    }
}
