package io.bisup.worker.job;

import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.WorkFolder;
import java.io.IOException;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * What every claim is worked on with.
 *
 * @param objects the object store
 * @param processes those that compute
 * @param cache fetched files
 * @param folder of this worker alone
 * @param shutdown whether the worker is stopping
 */
record Workplace(
        ObjectStore objects, AttemptProcesses processes, FileCache cache, WorkFolder folder, BooleanSupplier shutdown) {

    private static final Logger LOG = Logger.getLogger(Workplace.class);

    /**
     * Tells the store how an attempt ended. Waits for the database; a worker that stops before it is back leaves the end to the
     * lease and the sweeper.
     *
     * @param attempt for the log
     */
    void tell(String attempt, Runnable end) {
        try {
            Patience.quiet(this::stopWaiting).tell(end::run);
        } catch (StaleEpochException e) {
            LOG.debugf("%s was ended by others", attempt);
        } catch (RuntimeException | IOException e) {
            LOG.warnf("%s: its end was not taken: %s", attempt, e.getMessage());
        }
    }

    private void stopWaiting() {
        if (shutdown.getAsBoolean()) {
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    /** No claim is held any more; the next process is started ahead. */
    void free() {
        try {
            folder.journal().end();
            if (!shutdown.getAsBoolean()) {
                processes.prepare();
            }
        } catch (IOException e) {
            LOG.warnf("the next attempt cannot be prepared: %s", e.getMessage());
        }
    }
}
