package io.bisup.llm.folder;

import com.sun.management.OperatingSystemMXBean;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.BlockSource;
import io.bisup.llm.tensor.TensorOwner;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/** Whether a model is kept in memory or read one block at a time. */
final class ModelSize {

    private ModelSize() {}

    /** Whether all parameters in float32 take less than half of the machine's memory. */
    static boolean staysInMemory(DecoderConfig config) {
        return bytes(config) < physicalMemory() / 2;
    }

    /** All blocks where they stay in memory, and one at a time otherwise. */
    static BlockSource blocks(DecoderConfig config, IntFunction<DecoderBlock> loader) {
        if (!staysInMemory(config)) {
            return BlockSource.streamed(loader);
        }
        try (TensorOwner loading = new TensorOwner()) {
            List<DecoderBlock> all = new ArrayList<>();
            for (int layer = 0; layer < config.layers(); layer++) {
                all.add(loading.own(loader.apply(layer)));
            }
            return loading.handOver(BlockSource.resident(all));
        }
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
