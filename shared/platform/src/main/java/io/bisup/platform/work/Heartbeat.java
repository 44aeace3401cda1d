package io.bisup.platform.work;

import io.bisup.platform.job.StaleEpochException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a claim alive from a thread of its own while another works. A beat that fails because a store is away is tried
 * again, since the epoch and not the heartbeat protects what is written; one that finds the claim lost stops the work at
 * its next {@link #check}.
 */
public final class Heartbeat implements AutoCloseable {

    private static final Logger LOG = System.getLogger(Heartbeat.class.getName());
    private static final int BEATS_PER_LEASE = 3;

    private final Runnable beat;
    private final ScheduledExecutorService clock;
    private volatile @Nullable StaleEpochException lost;

    private Heartbeat(Runnable beat) {
        this.beat = beat;
        this.clock = Executors.newSingleThreadScheduledExecutor(
                Thread.ofPlatform().name("heartbeat").daemon().factory());
    }

    /**
     * Beats at once and then three times per lease.
     *
     * @param lease how long the claim holds after each beat
     * @param beat tells the store; throws {@link StaleEpochException} when the claim is lost
     */
    public static Heartbeat start(Duration lease, Runnable beat) {
        Heartbeat heartbeat = new Heartbeat(beat);
        long millis = Math.max(1, lease.toMillis() / BEATS_PER_LEASE);
        Future<?> _ = heartbeat.clock.scheduleWithFixedDelay(heartbeat::beat, 0, millis, TimeUnit.MILLISECONDS);
        return heartbeat;
    }

    private void beat() {
        if (lost != null) {
            return;
        }
        try {
            beat.run();
        } catch (StaleEpochException e) {
            lost = e;
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "a heartbeat failed and is tried again: {0}", e.toString());
        }
    }

    /**
     * To be called between steps of work.
     *
     * @throws StaleEpochException when the claim was lost: stop at once and write nothing more
     */
    public void check() {
        StaleEpochException found = lost;
        if (found != null) {
            throw found;
        }
    }

    /** Stops beating; waits for a beat under way. */
    @Override
    public void close() {
        clock.close();
    }
}
