package io.bisup.llm.tensor;

import ai.djl.pytorch.jni.JniUtils;
import ai.djl.util.cuda.CudaUtils;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * The most memory a piece of work held on a device.
 *
 * <p>On a CPU: the high-water mark of the process's resident memory (Linux only; the whole process, Java heap included).
 * On a GPU: libtorch's own statistics cannot be reached from Java, but its allocator keeps what it ever reserved, so the
 * memory in use on the device after the work is the peak of the work, other processes on the same GPU included.
 */
public final class PeakMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    /** The value that tells the kernel to start the high-water mark anew at the present size. */
    private static final String RESET_HIGH_WATER_MARK = "5";

    private final ComputeDevice device;

    /** The accounting of one device. */
    public PeakMemory(ComputeDevice device) {
        this.device = device;
    }

    /**
     * Starts a new measurement.
     *
     * @return false when the system does not allow it: {@link #bytes} then counts from the start of the process
     */
    public boolean reset() {
        if (device.isGpu()) {
            JniUtils.emptyCudaCache();
            return true;
        }
        try {
            Files.writeString(CLEAR, RESET_HIGH_WATER_MARK);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Bytes at the peak, or empty where the system does not tell. */
    public OptionalLong bytes() {
        if (device.isGpu()) {
            return OptionalLong.of(CudaUtils.getGpuMemory(device.toDjl()).getCommitted());
        }
        return Files.exists(STATUS) ? statusBytes("VmHWM") : OptionalLong.empty();
    }

    private static OptionalLong statusBytes(String key) {
        try {
            return Files.readAllLines(STATUS).stream()
                    .filter(line -> line.startsWith(key + ":"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                    .findFirst();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
