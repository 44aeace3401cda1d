package io.bisup.llm.tensor;

/** The device that numeric tests run on, from the property {@code bisup.device}; opened once per test process. */
public final class TestDevice {
    private static final TensorRuntime RUNTIME =
            TensorRuntime.open(ComputeDevice.parse(System.getProperty("bisup.device", "cpu")));

    private TestDevice() {}

    /** The shared runtime; never closed, because engines are one per process. */
    public static TensorRuntime runtime() {
        return RUNTIME;
    }
}
