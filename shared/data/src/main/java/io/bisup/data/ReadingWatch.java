package io.bisup.data;

import java.time.Duration;

/**
 * Ends the calls of a library that wait for ever: Hardwood decodes pages in threads of its own, and over some broken pages
 * those end without a word to the thread that waits for them. Used by that thread; close it in the end.
 */
final class ReadingWatch implements AutoCloseable {

    private static final long LOOKS = 20;

    private final Thread reader = Thread.currentThread();
    private final long patience;
    private final Thread watcher;
    private long since;
    private boolean inside;
    private boolean gaveUp;

    /** @param patience with one call */
    ReadingWatch(Duration patience) {
        this.patience = patience.toNanos();
        this.watcher = Thread.ofVirtual().start(this::watch);
    }

    /** A call begins. */
    synchronized void enter() {
        inside = true;
        since = System.nanoTime();
    }

    /**
     * The call has ended, by itself or because it was interrupted.
     *
     * @return whether it was interrupted; the thread stays so until this is closed, because the library would wait for its
     *     threads when it is closed as well
     */
    synchronized boolean leave() {
        inside = false;
        return gaveUp;
    }

    private void watch() {
        try {
            while (!Thread.currentThread().isInterrupted()) {
                Thread.sleep(Duration.ofNanos(patience / LOOKS));
                look();
            }
        } catch (InterruptedException closed) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void look() {
        if (inside && !gaveUp && System.nanoTime() - since > patience) {
            gaveUp = true;
            reader.interrupt();
        }
    }

    @Override
    public void close() {
        watcher.interrupt();
        if (leave()) {
            Thread.interrupted();
        }
    }
}
