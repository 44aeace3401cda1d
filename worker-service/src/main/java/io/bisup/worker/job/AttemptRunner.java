package io.bisup.worker.job;

import io.bisup.contract.Failure;
import io.bisup.contract.Folders;
import io.bisup.contract.JobState;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.Failures;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.WorkFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Runs one claim to whatever end: published, failed, cancelled, paused, given back, or stopped because it was taken away. */
final class AttemptRunner {

    private static final Logger LOG = Logger.getLogger(AttemptRunner.class);

    private final JobStore jobs;
    private final ObjectStore objects;
    private final AttemptProcesses processes;
    private final FileCache cache;
    private final WorkFolder folder;
    private final Duration grace;
    private final BooleanSupplier shutdown;

    AttemptRunner(
            JobStore jobs,
            ObjectStore objects,
            AttemptProcesses processes,
            FileCache cache,
            WorkFolder folder,
            Duration grace,
            BooleanSupplier shutdown) {
        this.jobs = jobs;
        this.objects = objects;
        this.processes = processes;
        this.cache = cache;
        this.folder = folder;
        this.grace = grace;
        this.shutdown = shutdown;
    }

    /**
     * Works on the claim.
     *
     * @throws AttemptProcess.EngineException when this worker cannot compute at all; the job is given back before
     */
    void run(Claim claim) {
        AttemptProgress progress = new AttemptProgress(claim.work().model().blocks());
        LOG.infof("job %s: attempt %d begins", claim.jobId(), claim.attempt());
        try {
            JobState reached = work(claim, progress);
            LOG.infof("job %s is %s", claim.jobId(), reached);
        } catch (StaleEpochException e) {
            LOG.infof("job %s: attempt %d stops, %s", claim.jobId(), claim.attempt(), e.getMessage());
        } catch (StopException e) {
            tell(claim, () -> stopped(claim, e.reason()));
        } catch (AttemptProcess.EngineException e) {
            tell(claim, () -> jobs.giveBack(claim));
            throw e;
        } catch (Throwable e) {
            Failure failure = failure(claim, progress, e);
            LOG.errorf(e, "job %s: attempt %d fails with %s", claim.jobId(), claim.attempt(), failure.code());
            tell(claim, () -> failed(claim, failure, e));
        }
        forget();
    }

    private JobState work(Claim claim, AttemptProgress progress) throws IOException {
        folder.journal().begin(claim.jobId(), claim.epoch());
        Path attempt = folder.attempt(claim.jobId());
        try (AttemptProcess process = processes.take();
                AttemptControl control = new AttemptControl(jobs, claim, progress, shutdown, grace)) {
            Patience patience = control.patience();
            return new QuantizationAttempt(
                            claim,
                            process,
                            cache,
                            new Checkpoints(jobs, objects, claim, patience),
                            new Publication(jobs, objects, claim, patience),
                            progress,
                            control)
                    .run(attempt);
        } finally {
            Folders.delete(attempt);
        }
    }

    private void stopped(Claim claim, StopException.Reason reason) {
        LOG.infof("job %s: attempt %d stops, %s", claim.jobId(), claim.attempt(), reason);
        switch (reason) {
            case CANCELLED -> jobs.acknowledgeCancel(claim);
            case PAUSED -> jobs.acknowledgePause(claim);
            case SHUTDOWN -> jobs.giveBack(claim);
        }
    }

    private void failed(Claim claim, Failure failure, Throwable e) {
        if (e instanceof AttemptFailedException died && !died.logTail().isEmpty()) {
            jobs.keepLog(claim, died.logTail());
        }
        jobs.fail(claim, failure);
    }

    private static Failure failure(Claim claim, AttemptProgress progress, Throwable e) {
        if (e instanceof AttemptFailedException told) {
            return new Failure(
                    told.code(),
                    String.valueOf(told.getMessage()),
                    told.code().remedy(),
                    progress.phase(),
                    progress.block(),
                    claim.attempt());
        }
        return Failures.of(e, progress.phase(), progress.block(), claim.attempt());
    }

    /** Waits for the database; a worker that stops before it is back leaves the end to the lease and the sweeper. */
    private void tell(Claim claim, Runnable end) {
        try {
            Patience.quiet(this::stopWaiting).tell(end::run);
        } catch (StaleEpochException e) {
            LOG.debugf("job %s: attempt %d was ended by others", claim.jobId(), claim.attempt());
        } catch (RuntimeException | IOException e) {
            LOG.warnf(
                    "job %s: the end of attempt %d was not taken: %s", claim.jobId(), claim.attempt(), e.getMessage());
        }
    }

    private void stopWaiting() {
        if (shutdown.getAsBoolean()) {
            throw new StopException(StopException.Reason.SHUTDOWN);
        }
    }

    private void forget() {
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
