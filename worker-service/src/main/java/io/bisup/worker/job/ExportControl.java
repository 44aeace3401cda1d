package io.bisup.worker.job;

import io.bisup.contract.ExportedBytes;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.Heartbeat;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Sends the heartbeats of an attempt at an export and ends it at once after a cancel, a shutdown or the loss of its claim. */
final class ExportControl implements AutoCloseable {

    private final BooleanSupplier shutdown;
    private final Heartbeat heartbeat;
    private volatile @Nullable ExportedBytes progress;

    ExportControl(ExportStore exports, ExportClaim claim, BooleanSupplier shutdown) {
        this.shutdown = shutdown;
        this.heartbeat = Heartbeat.start(claim.lease(), () -> exports.heartbeat(claim, progress));
    }

    /**
     * To be called several times a second, by the thread that works.
     *
     * @throws StopException when the worker is stopping
     * @throws io.bisup.platform.job.StaleEpochException when the claim was lost or the export was cancelled
     */
    void check() {
        heartbeat.check();
        if (shutdown.getAsBoolean()) {
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    /** Tells of progress, soon. */
    void at(ExportedBytes written) {
        progress = written;
        heartbeat.beatNow();
    }

    Patience patience() {
        return Patience.quiet(this::check);
    }

    @Override
    public void close() {
        heartbeat.close();
    }
}
