package io.bisup.bench;

/** One way to take a training step: forward, loss, backward, AdamW. */
interface Candidate extends AutoCloseable {
    String name();

    /**
     * Takes one step.
     *
     * @return the loss before it
     */
    double step();

    @Override
    void close();
}
