package io.bisup.worker.job;

import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.platform.work.WorkSettings;
import jakarta.annotation.PreDestroy;
import jakarta.enterprise.context.ApplicationScoped;
import org.jspecify.annotations.Nullable;

/** The tensor library, opened once per process on the configured device. */
@ApplicationScoped
class Engine {

    private final WorkSettings settings;
    private @Nullable TensorRuntime runtime;

    Engine(WorkSettings settings) {
        this.settings = settings;
    }

    /** The runtime; the first call loads the library and compiles the kernels. */
    synchronized TensorRuntime runtime() {
        if (runtime == null) {
            // Or DJL asks the cloud's metadata address for the kind of machine.
            System.setProperty("ai.djl.offline", "true");
            TensorRuntime opened = TensorRuntime.open(ComputeDevice.parse(settings.device()));
            runtime = settings.compute()
                    .map(setting -> opened.computing(Compute.parse(setting, opened)))
                    .orElse(opened);
        }
        return runtime;
    }

    @PreDestroy
    synchronized void close() {
        if (runtime != null) {
            runtime.close();
        }
    }
}
