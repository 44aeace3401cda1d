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
     * @return whether the store knows that this worker no longer holds the claim
     */
    boolean tell(String attempt, Runnable end) {
        try {
            Patience.quiet(this::stopWaiting).tell(end::run);
            return true;
        } catch (StaleEpochException e) {
            LOG.debugf("%s was ended by others", attempt);
            return true;
        } catch (RuntimeException | IOException e) {
            LOG.warnf("%s: its end was not taken: %s", attempt, e.getMessage());
            return false;
        }
    }

    private void stopWaiting() {
        if (shutdown.getAsBoolean()) {
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    /**
     * The work on a claim is over; the next process is started ahead.
     *
     * @param told whether the store knows; if not, the claim stays in the journal, and the next worker of the folder reports it
     *     instead of waiting for its lease
     */
    void free(boolean told) {
        try {
            if (told) {
                folder.journal().end();
            }
            if (!shutdown.getAsBoolean()) {
                processes.prepare();
            }
        } catch (IOException e) {
            LOG.warnf("the next attempt cannot be prepared: %s", e.getMessage());
        }
    }
}
