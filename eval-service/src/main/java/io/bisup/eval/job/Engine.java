package io.bisup.eval.job;

import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.platform.work.WorkSettings;
import io.quarkus.runtime.Startup;
import jakarta.annotation.PreDestroy;
import jakarta.inject.Singleton;

/** The one tensor runtime of the process, opened at start: a GPU that is asked for and missing is an error there. */
@Singleton
@Startup
class Engine {

    private final TensorRuntime runtime;

    Engine(WorkSettings settings) {
        // Or DJL asks the cloud's metadata address for the kind of machine.
        System.setProperty("ai.djl.offline", "true");
        TensorRuntime opened = TensorRuntime.open(ComputeDevice.parse(settings.device()));
        this.runtime = opened.computing(Compute.parse(settings.evaluationCompute(), opened));
    }

    TensorRuntime runtime() {
        return runtime;
    }

    @PreDestroy
    void close() {
        runtime.close();
    }
}
