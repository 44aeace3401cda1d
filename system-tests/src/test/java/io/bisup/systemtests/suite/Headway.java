package io.bisup.systemtests.suite;

import io.bisup.cli.rest.JobView;
import io.bisup.contract.JobState;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** How far the jobs of a stream have come, seen at the oldest that still has blocks to do: the worker takes them in that order. */
final class Headway {

    private final RunningSuite suite;
    private final Deque<String> waiting = new ArrayDeque<>();
    private int blocks;

    Headway(RunningSuite suite) {
        this.suite = suite;
    }

    /** Adds the next job of the stream. */
    void add(String id) {
        waiting.addLast(id);
    }

    /** Waits until another block is committed or the job has left the worker; goes on after {@code limit} without. */
    void await(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        while (!made() && System.nanoTime() < end) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
        }
    }

    private boolean made() {
        String oldest = waiting.peekFirst();
        if (oldest == null) {
            return true;
        }
        JobView job = suite.patiently(() -> suite.get(oldest));
        if (job.state() == JobState.EVALUATING || job.state().terminal()) {
            waiting.removeFirst();
            blocks = 0;
            return true;
        }
        boolean more = job.blocksDone() > blocks;
        blocks = Math.max(blocks, job.blocksDone());
        return more;
    }
}
