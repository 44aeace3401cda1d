package io.bisup.quantize.block;

/** The owner's word between steps: a heartbeat, and the place to stop a run. */
@FunctionalInterface
public interface Control {

    /** Never stops. */
    Control NONE = () -> {};

    /**
     * Called at least once per training step and per sample, on the pipeline's thread. An exception ends the run: it
     * passes through after all memory is freed.
     */
    void checkpoint();
}
