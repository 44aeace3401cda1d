package io.bisup.worker.job;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Starts the processes of attempts, one for each. One is started ahead: loading the tensor library takes seconds that no
 * job should wait for.
 */
final class AttemptProcesses implements AutoCloseable {

    private final List<String> engine;
    private final Path crashes;
    private @Nullable AttemptProcess spare;
    private boolean closed;

    /**
     * @param engine device of every tensor and, if set, the format of matrix products
     * @param crashes folder for the JVM's reports of crashes
     */
    AttemptProcesses(List<String> engine, Path crashes) {
        this.engine = List.copyOf(engine);
        this.crashes = crashes;
    }

    /** Starts the next process unless one waits already. */
    synchronized void prepare() throws IOException {
        if (!closed && (spare == null || !spare.alive())) {
            spare = AttemptProcess.start(engine, crashes);
        }
    }

    /** A process that nobody has used, perhaps still loading. */
    synchronized AttemptProcess take() throws IOException {
        prepare();
        AttemptProcess taken = spare;
        if (taken == null) {
            throw new IllegalStateException("the worker is stopping");
        }
        spare = null;
        return taken;
    }

    /** Gives back a process that was taken and has got no order. */
    synchronized void putBack(AttemptProcess unused) {
        spare = unused;
    }

    @Override
    public synchronized void close() {
        closed = true;
        if (spare != null) {
            spare.close();
            spare = null;
        }
    }
}
