package io.bisup.worker.job;

import io.bisup.contract.BlockReport;
import io.bisup.contract.Phase;
import io.bisup.contract.Progress;
import io.bisup.platform.outage.Store;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where an attempt is; written by the one that works, read by the one that sends heartbeats. */
final class AttemptProgress {

    private final int blocks;
    private final List<Double> seconds = new ArrayList<>();
    private Phase phase = Phase.FETCH;
    private int done;
    private long begunAt = System.nanoTime();
    private @Nullable Store waitingFor;

    AttemptProgress(int blocks) {
        this.blocks = blocks;
    }

    synchronized void enter(Phase next) {
        phase = next;
        begunAt = System.nanoTime();
    }

    synchronized Phase phase() {
        return phase;
    }

    /** Index of the block that is being worked on, or null outside the blocks. */
    synchronized @Nullable Integer block() {
        return phase == Phase.BLOCKS ? done : null;
    }

    /** A block of this or of an earlier attempt is committed. */
    synchronized void committed(BlockReport report) {
        done = report.block() + 1;
        seconds.add(report.seconds());
        begunAt = System.nanoTime();
        if (phase == Phase.BLOCKS && done == blocks) {
            phase = Phase.EXPORT;
        }
    }

    /** The blocks from {@code from} on are to be made again. */
    synchronized void discarded(int from) {
        done = from;
        while (seconds.size() > from) {
            seconds.removeLast();
        }
    }

    synchronized void waitingFor(Optional<Store> store) {
        waitingFor = store.orElse(null);
    }

    /** How long the block in hand will still take by the median of those before it; nothing before the first. */
    synchronized Optional<Duration> restOfBlock() {
        return median().map(m -> {
            double passed = (System.nanoTime() - begunAt) / 1e9;
            return Duration.ofMillis((long) (1000 * Math.max(0, m - passed)));
        });
    }

    private Optional<Double> median() {
        List<Double> sorted = new ArrayList<>(seconds);
        Collections.sort(sorted);
        return sorted.isEmpty() ? Optional.empty() : Optional.of(sorted.get(sorted.size() / 2));
    }

    synchronized Progress now() {
        Double median = median().orElse(null);
        Progress.WaitingFor waiting = waitingFor == null ? null : new Progress.WaitingFor(waitingFor.title(), null);
        Double left = median == null ? null : Double.valueOf(median * (blocks - done));
        return new Progress(phase, done, blocks, median, left, null, waiting);
    }
}
