package io.bisup.worker.job;

import io.bisup.contract.Phase;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Signal;
import io.bisup.platform.work.Heartbeat;
import io.bisup.quantize.block.Control;
import java.util.function.BooleanSupplier;

/** The attempt's link to the world while it computes: heartbeats go out, wishes come in and stop it at its next step. */
final class AttemptControl implements Control, AutoCloseable {

    private final AttemptProgress progress;
    private final BooleanSupplier shutdown;
    private final Heartbeat heartbeat;
    private volatile Signal signal = Signal.CONTINUE;

    AttemptControl(JobStore jobs, Claim claim, AttemptProgress progress, BooleanSupplier shutdown) {
        this.progress = progress;
        this.shutdown = shutdown;
        this.heartbeat = Heartbeat.start(claim.lease(), () -> signal = jobs.heartbeat(claim, progress.now()));
    }

    @Override
    public void checkpoint() {
        if (progress.phase() == Phase.CALIBRATE) {
            progress.enter(Phase.BLOCKS);
        }
        heartbeat.check();
        switch (signal) {
            case CONTINUE -> {}
            case CANCEL -> throw new StopException(StopException.Reason.CANCELLED);
            case PAUSE -> throw new StopException(StopException.Reason.PAUSED);
        }
        if (shutdown.getAsBoolean()) {
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    @Override
    public void close() {
        heartbeat.close();
    }
}
