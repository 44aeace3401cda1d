package io.bisup.llm.tensor;

import ai.djl.Device;
import ai.djl.engine.Engine;
import java.util.Locale;

/**
 * The processor that holds every tensor of one process: the CPU or one CUDA GPU.
 *
 * <p>Parameters and hidden states are float32 everywhere; {@link Compute} says in which format matrix products run.
 *
 * @param gpu index of the CUDA device, or -1 for the CPU
 */
public record ComputeDevice(int gpu) {
    private static final String ENGINE = "PyTorch";

    /** The central processor. */
    public static final ComputeDevice CPU = new ComputeDevice(-1);

    /**
     * Reads the device setting.
     *
     * @param setting {@code auto} (first GPU when there is one, else the CPU), {@code cpu}, {@code cuda} or {@code cuda:N}
     * @throws IllegalArgumentException when the setting has another form
     * @throws IllegalStateException when a GPU is asked for and the tensor library sees none of that number
     */
    public static ComputeDevice parse(String setting) {
        String text = setting.strip().toLowerCase(Locale.ROOT);
        if (text.equals("cpu")) {
            return CPU;
        }
        if (text.equals("auto")) {
            return gpuCount() > 0 ? new ComputeDevice(0) : CPU;
        }
        if (!text.matches("cuda(:\\d{1,3})?")) {
            throw new IllegalArgumentException("Device '" + setting + "' is not known: use auto, cpu or cuda:N.");
        }
        return present(text.equals("cuda") ? 0 : Integer.parseInt(text.substring("cuda:".length())));
    }

    private static ComputeDevice present(int index) {
        int found = gpuCount();
        if (index >= found) {
            throw new IllegalStateException(
                    "Device cuda:" + index + " was asked for, but the tensor library sees " + found
                            + " GPU(s). Set the device to cpu or auto, or start with a CUDA build of libtorch (docs/gpu.md).");
        }
        return new ComputeDevice(index);
    }

    private static int gpuCount() {
        return Engine.getEngine(ENGINE).getGpuCount();
    }

    /** Whether this is a GPU. */
    public boolean isGpu() {
        return gpu >= 0;
    }

    /** The same device in DJL's terms. */
    public Device toDjl() {
        return isGpu() ? Device.gpu(gpu) : Device.cpu();
    }

    @Override
    public String toString() {
        return isGpu() ? "cuda:" + gpu : "cpu";
    }
}
