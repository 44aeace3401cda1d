package io.bisup.worker.job;

import io.bisup.contract.Phase;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Signal;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.outage.Store;
import io.bisup.platform.work.Heartbeat;
import java.time.Duration;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Sends the attempt's heartbeats and ends the attempt: at once after a cancel and when its claim is lost; after a pause when
 * the block in hand is committed; after a shutdown likewise where that is done within the grace period, else at once.
 */
final class AttemptControl implements AutoCloseable {

    private final AttemptProgress progress;
    private final BooleanSupplier shutdown;
    private final Duration grace;
    private final Heartbeat heartbeat;
    private volatile Signal signal = Signal.CONTINUE;
    private boolean inBlock;
    private long stoppingSince;

    AttemptControl(JobStore jobs, Claim claim, AttemptProgress progress, BooleanSupplier shutdown, Duration grace) {
        this.progress = progress;
        this.shutdown = shutdown;
        this.grace = grace;
        this.heartbeat = Heartbeat.start(claim.lease(), () -> signal = jobs.heartbeat(claim, progress.now()));
    }

    /**
     * To be called several times a second, by the thread that works.
     *
     * @throws StopException when the attempt is to end now
     * @throws io.bisup.platform.job.StaleEpochException when the claim was lost
     */
    void check() {
        heartbeat.check();
        switch (signal) {
            case CONTINUE -> {}
            case CANCEL -> throw new StopException(StopException.Reason.CANCELLED);
            case PAUSE -> {
                if (!inBlock) {
                    throw new StopException(StopException.Reason.PAUSED);
                }
            }
        }
        if (shutdown.getAsBoolean() && !worthFinishing()) {
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    private boolean worthFinishing() {
        if (!inBlock) {
            return false;
        }
        if (stoppingSince == 0) {
            stoppingSince = System.nanoTime();
        }
        Duration left = grace.minusNanos(System.nanoTime() - stoppingSince);
        Duration expected = progress.restOfBlock().orElse(Duration.ZERO);
        return left.isPositive() && expected.compareTo(left) <= 0;
    }

    /** Blocks are computed from now on: each is work worth finishing. */
    void blocksBegin() {
        inBlock = true;
        enter(Phase.BLOCKS);
    }

    /** A block is committed: the place where a pause takes hold, also one that no heartbeat has told of yet. */
    void blockEnds() {
        heartbeat.beat();
        inBlock = false;
        check();
        inBlock = true;
    }

    /** No block is in hand any more. */
    void blocksEnd() {
        inBlock = false;
    }

    /** Enters a phase and tells of it. */
    void enter(Phase phase) {
        progress.enter(phase);
        heartbeat.beatNow();
    }

    /** Waits for stores and tells of it; every check holds meanwhile. */
    Patience patience() {
        return new Patience(this::check, this::waiting);
    }

    private void waiting(Optional<Store> store) {
        progress.waitingFor(store);
        heartbeat.beatNow();
    }

    @Override
    public void close() {
        heartbeat.close();
    }
}
