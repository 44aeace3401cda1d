package io.bisup.worker.job;

import io.bisup.contract.BlockReport;
import io.bisup.contract.Phase;
import io.bisup.contract.Progress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Where an attempt is; written by the one that works, read by the one that sends heartbeats. */
final class AttemptProgress {

    private final int blocks;
    private final List<Double> seconds = new ArrayList<>();
    private Phase phase = Phase.FETCH;
    private int done;

    AttemptProgress(int blocks) {
        this.blocks = blocks;
    }

    synchronized void enter(Phase next) {
        phase = next;
    }

    synchronized Phase phase() {
        return phase;
    }

    /** Blocks committed so far, over all attempts; the one with this index is being worked on. */
    synchronized int done() {
        return done;
    }

    synchronized void committed(BlockReport report) {
        done = report.block() + 1;
        seconds.add(report.seconds());
    }

    synchronized boolean complete() {
        return done == blocks;
    }

    synchronized void startOver() {
        done = 0;
        seconds.clear();
    }

    synchronized Progress now() {
        if (seconds.isEmpty()) {
            return new Progress(phase, done, blocks, null, null, null);
        }
        List<Double> sorted = new ArrayList<>(seconds);
        Collections.sort(sorted);
        double median = sorted.get(sorted.size() / 2);
        return new Progress(phase, done, blocks, median, median * (blocks - done), null);
    }
}
