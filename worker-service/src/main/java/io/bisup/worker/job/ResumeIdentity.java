package io.bisup.worker.job;

import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.fused.FusedBlockStep;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Everything beside the job's spec that the bytes of a block depend on. A checkpoint resumes only where all of it is equal;
 * the spec, the model and the data are the same by construction, and named by digests.
 *
 * @param formatVersion of checkpoints
 * @param codeVersion of this program
 * @param tensorLibrary version of libtorch
 * @param device kind of device
 * @param processor vector instructions of the CPU, which decide the order of sums
 * @param threads of the tensor library, likewise
 * @param trainingStep whether blocks learn through the fused kernels of the CPU or through autograd, and the format of
 *     products
 */
record ResumeIdentity(
        String formatVersion,
        String codeVersion,
        String tensorLibrary,
        String device,
        String processor,
        String threads,
        String trainingStep) {

    private static final List<String> VECTOR_FLAGS = List.of("avx512f", "avx2", "avx", "asimd");

    static ResumeIdentity current(TensorRuntime runtime, String codeVersion) {
        return new ResumeIdentity(
                "1",
                codeVersion,
                ai.djl.engine.Engine.getEngine("PyTorch").getVersion(),
                runtime.device().isGpu() ? "cuda" : "cpu",
                vectorInstructions(),
                configuredThreads(),
                (FusedBlockStep.isAvailable(runtime) ? "fused " : "autograd ") + runtime.compute());
    }

    /** Why a checkpoint of that identity cannot be resumed from here, naming the field that differs; empty when it can. */
    Optional<String> differenceFrom(ResumeIdentity checkpoint) {
        for (RecordComponent component : ResumeIdentity.class.getRecordComponents()) {
            String here = value(component, this);
            String there = value(component, checkpoint);
            if (!here.equals(there)) {
                return Optional.of("the committed blocks were made with " + component.getName() + " '" + there
                        + "', this worker has '" + here + "'");
            }
        }
        return Optional.empty();
    }

    private static String value(RecordComponent component, ResumeIdentity identity) {
        try {
            return String.valueOf(component.getAccessor().invoke(identity));
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("a record's accessor is public", e);
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
