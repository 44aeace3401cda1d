package io.bisup.platform.work;

import io.bisup.platform.job.StaleEpochException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
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

    /** After a beat that a store did not take: soon enough to be first when it is back. */
    private static final Duration AGAIN = Duration.ofSeconds(1);

    private final Runnable beat;
    private final Duration interval;
    private final ScheduledExecutorService clock;
    private volatile @Nullable StaleEpochException lost;
    private volatile boolean failing;

    private Heartbeat(Runnable beat, Duration interval) {
        this.beat = beat;
        this.interval = interval;
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
        Heartbeat heartbeat = new Heartbeat(beat, Duration.ofMillis(Math.max(1, lease.toMillis() / BEATS_PER_LEASE)));
        heartbeat.next(Duration.ZERO);
        return heartbeat;
    }

    private void next(Duration delay) {
        try {
            Future<?> _ = clock.schedule(this::beatAndGoOn, delay.toMillis(), TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "closed meanwhile");
        }
    }

    private void beatAndGoOn() {
        beat();
        if (lost == null) {
            next(failing && AGAIN.compareTo(interval) < 0 ? AGAIN : interval);
        }
    }

    /** Beats once more and returns when that is done: what the store has to say is known then, unless it is away. */
    public synchronized void beat() {
        if (lost != null) {
            return;
        }
        try {
            beat.run();
            failing = false;
        } catch (StaleEpochException e) {
            lost = e;
        } catch (RuntimeException e) {
            if (!failing) {
                LOG.log(Level.WARNING, "a heartbeat failed and is tried again: {0}", e.toString());
            }
            failing = true;
        }
    }

    /** Beats once more, soon, beside the regular ones: there is something to tell. */
    public void beatNow() {
        try {
            clock.execute(this::beat);
        } catch (RejectedExecutionException e) {
            LOG.log(Level.DEBUG, "closed meanwhile");
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
        clock.shutdownNow();
        clock.close();
    }
}
