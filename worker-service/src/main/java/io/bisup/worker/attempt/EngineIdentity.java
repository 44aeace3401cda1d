package io.bisup.worker.attempt;

import io.bisup.contract.CodeDigest;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the bytes of a block depend on beside the job: the program and the machine.
 *
 * @param code digest of the classes and kernels that compute
 * @param tensorLibrary version of libtorch
 * @param device "cpu", or the GPU's model
 * @param processor vector instructions of the CPU, which decide the order of sums
 * @param threads of the tensor library, likewise
 * @param trainingStep whether blocks learn through the fused kernels of the CPU or through autograd
 */
public record EngineIdentity(
        String code, String tensorLibrary, String device, String processor, String threads, String trainingStep) {

    private static final List<String> VECTOR_FLAGS = List.of("avx512f", "avx2", "avx", "asimd");
    private static final Path GPUS = Path.of("/proc/driver/nvidia/gpus");
    private static final String MODEL = "Model:";

    /** Of this process. */
    static EngineIdentity of(TensorRuntime runtime) {
        return new EngineIdentity(
                CodeDigest.of(TensorRuntime.class, FolderQuantization.class),
                ai.djl.engine.Engine.getEngine("PyTorch").getVersion(),
                runtime.device().isGpu() ? gpu() : "cpu",
                vectorInstructions(),
                configuredThreads(),
                (fusedKernels(runtime) ? "fused " : "autograd ") + runtime.compute());
    }

    /** Whether plans that the fused kernels can run are run by them; which those are, the code's digest says. */
    private static boolean fusedKernels(TensorRuntime runtime) {
        return !runtime.device().isGpu()
                && ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent();
    }

    /** The models of the machine's GPUs as the driver names them, or "cuda" where it does not say. */
    private static String gpu() {
        if (!Files.isDirectory(GPUS)) {
            return "cuda";
        }
        try (Stream<Path> gpus = Files.list(GPUS)) {
            List<String> models = gpus.map(gpu -> gpu.resolve("information"))
                    .filter(Files::isReadable)
                    .flatMap(EngineIdentity::lines)
                    .filter(line -> line.startsWith(MODEL))
                    .map(line -> line.substring(MODEL.length()).strip())
                    .distinct()
                    .sorted()
                    .toList();
            return models.isEmpty() ? "cuda" : String.join(", ", models);
        } catch (IOException e) {
            return "cuda";
        }
    }

    private static Stream<String> lines(Path file) {
        try {
            return Files.readAllLines(file).stream();
        } catch (IOException e) {
            return Stream.empty();
        }
    }

    private static String vectorInstructions() {
        String arch = System.getProperty("os.arch", "unknown");
        Path cpuInfo = Path.of("/proc/cpuinfo");
        if (!Files.isReadable(cpuInfo)) {
            return arch;
        }
        try {
            List<String> words = List.of(Files.readString(cpuInfo).split("\\s+"));
            return VECTOR_FLAGS.stream()
                    .filter(words::contains)
                    .findFirst()
                    .map(flag -> arch + "-" + flag)
                    .orElse(arch);
        } catch (IOException e) {
            return arch;
        }
    }

    private static String configuredThreads() {
        String configured = System.getProperty("ai.djl.pytorch.num_threads", System.getenv("OMP_NUM_THREADS"));
        return configured == null ? String.valueOf(Runtime.getRuntime().availableProcessors()) : configured;
    }
}
