package io.bisup.platform.outage;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Waits for stores that are away, however long: an outage must cost no attempt. The owner's check ends the wait within a
 * fraction of a second, by an exception, as when the work is cancelled, its claim is lost or the process stops.
 */
public final class Patience {

    private static final Logger LOG = Logger.getLogger(Patience.class);
    private static final Duration FIRST_PAUSE = Duration.ofMillis(250);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
    private static final Duration SLICE = Duration.ofMillis(100);

    private final Runnable check;
    private final Consumer<Optional<Store>> told;

    /**
     * @param check called between tries, several times a second; its exception ends the wait and passes through
     * @param told the store that is waited for, and nothing once it answers again
     */
    public Patience(Runnable check, Consumer<Optional<Store>> told) {
        this.check = check;
        this.told = told;
    }

    /** Waits without telling anybody. */
    public static Patience quiet(Runnable check) {
        return new Patience(check, store -> {});
    }

    /** A request that has the same effect when it is sent twice. */
    @FunctionalInterface
    public interface Request<T> {
        T send() throws IOException;
    }

    /** A request without an answer. */
    @FunctionalInterface
    public interface Order {
        void send() throws IOException;
    }

    /** Sends the request until no store is away. Errors that are no outage pass through at once. */
    public <T> T ask(Request<T> request) throws IOException {
        Duration pause = FIRST_PAUSE;
        boolean waited = false;
        while (true) {
            try {
                T answer = request.send();
                if (waited) {
                    LOG.info("the store is back, work goes on");
                    told.accept(Optional.empty());
                }
                return answer;
            } catch (IOException | RuntimeException e) {
                Store store = Outages.of(e).orElse(null);
                if (store == null) {
                    throw e;
                }
                if (!waited) {
                    LOG.warnf("waiting for %s: %s", store.title(), e.getMessage());
                }
                waited = true;
                told.accept(Optional.of(store));
                pause(pause);
                pause = shorter(pause.multipliedBy(2), LONGEST_PAUSE);
            }
        }
    }

    /** As {@link #ask}. */
    public void tell(Order order) throws IOException {
        ask(() -> {
            order.send();
            return true;
        });
    }

    /** Many waiters must not come back in step: half of the pause is random. */
    private void pause(Duration pause) {
        long nanos = pause.toNanos() / 2 + ThreadLocalRandom.current().nextLong(pause.toNanos() / 2);
        long end = System.nanoTime() + nanos;
        check.run();
        while (System.nanoTime() < end) {
            LockSupport.parkNanos(Math.min(SLICE.toNanos(), Math.max(1, end - System.nanoTime())));
            check.run();
        }
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }
}
