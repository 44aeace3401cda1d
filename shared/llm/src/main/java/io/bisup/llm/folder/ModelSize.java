package io.bisup.llm.folder;

import com.sun.management.OperatingSystemMXBean;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import java.lang.management.ManagementFactory;

/** Whether a model is kept in memory or read one block at a time. */
final class ModelSize {

    private ModelSize() {}

    /** Whether all parameters in float32 take less than half of the machine's memory. */
    static boolean staysInMemory(DecoderConfig config) {
        return bytes(config) < physicalMemory() / 2;
    }

    private static long bytes(DecoderConfig config) {
        return ModelTensors.expected(config).values().stream()
                .mapToLong(shape -> shape.stream().reduce((long) Float.BYTES, Math::multiplyExact))
                .reduce(0, Math::addExact);
    }

    private static long physicalMemory() {
        return ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class).getTotalMemorySize();
    }
}
