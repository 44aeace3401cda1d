package io.bisup.platform.dispatch;

/**
 * Waits for rings. One {@link #listen} a process: it polls one ring, claims, acknowledges, and runs the work without
 * polling, so that idle processes get the other rings. When no ring comes, it looks into the database now and then: work
 * is found even while Kafka is down.
 */
public interface Doorbells {

    /**
     * Listens on {@code topic} until {@link Listening#close}; work runs on the listening thread, one at a time.
     *
     * @param topic one of {@link io.bisup.contract.Doorbell}'s
     * @param waiting finds work without a bell, such as {@code store::oldestWaiting}
     * @param claimer turns an id into work
     */
    Listening listen(String topic, Waiting waiting, Claimer claimer);

    /** Finds an id that has waited without a bell. */
    @FunctionalInterface
    interface Waiting {
        java.util.Optional<String> oldest(java.time.Duration waited);
    }

    /** A running listener. */
    interface Listening extends AutoCloseable {

        /** Stops taking new work and waits for the work in hand, which the caller has asked to end. */
        @Override
        void close();
    }
}
