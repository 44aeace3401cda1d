package io.bisup.llm.tensor;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;

/**
 * Which of libtorch's two libraries multiplies float32 matrices on the CPU. MKL takes its fastest code on Intel's processors
 * only: on others with AVX-512 it stays with AVX2, at half of what oneDNN reaches there (docs/benchmarks/products.md).
 *
 * <p>Decided by the kind of processor and not by a measurement, because the two differ in the last bits: equal machines
 * must give equal results.
 */
enum ProductLibrary {
    MKL,
    ONE_DNN;

    private static final Path CPU_INFO = Path.of("/proc/cpuinfo");

    /** The library for the processor at hand. */
    static ProductLibrary here() {
        if (!Files.isReadable(CPU_INFO)) {
            return MKL;
        }
        try {
            return of(Files.readString(CPU_INFO));
        } catch (IOException unreadable) {
            return MKL;
        }
    }

    /** The library for a processor as Linux describes it. */
    static ProductLibrary of(String cpuInfo) {
        Set<String> words = Set.copyOf(List.of(cpuInfo.split("\\s+", -1)));
        return words.contains("avx512f") && !words.contains("GenuineIntel") ? ONE_DNN : MKL;
    }

    /** The constant as kernels name and spell it. */
    String inKernels(String source) {
        return source.replace("ONE_DNN", this == ONE_DNN ? "True" : "False");
    }
}
