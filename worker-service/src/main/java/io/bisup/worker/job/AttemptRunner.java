package io.bisup.worker.job;

import io.bisup.contract.Failure;
import io.bisup.contract.Folders;
import io.bisup.contract.Phase;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.work.Failures;
import io.bisup.platform.work.FileCache;
import io.bisup.platform.work.WorkFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** Runs one claim to whatever end: published, failed, cancelled, paused, given back, or stopped because it was taken away. */
final class AttemptRunner {

    private static final Logger LOG = Logger.getLogger(AttemptRunner.class);

    private final JobStore jobs;
    private final ObjectStore objects;
    private final Engine engine;
    private final FileCache cache;
    private final WorkFolder folder;
    private final String codeVersion;
    private final BooleanSupplier shutdown;

    AttemptRunner(
            JobStore jobs,
            ObjectStore objects,
            Engine engine,
            FileCache cache,
            WorkFolder folder,
            String codeVersion,
            BooleanSupplier shutdown) {
        this.jobs = jobs;
        this.objects = objects;
        this.engine = engine;
        this.cache = cache;
        this.folder = folder;
        this.codeVersion = codeVersion;
        this.shutdown = shutdown;
    }

    /** Works on the claim; never throws. */
    void run(Claim claim) {
        AttemptProgress progress = new AttemptProgress(claim.work().model().blocks());
        LOG.infof("job %s: attempt %d begins", claim.jobId(), claim.attempt());
        try {
            work(claim, progress);
        } catch (StaleEpochException e) {
            LOG.infof("job %s: attempt %d stops, %s", claim.jobId(), claim.attempt(), e.getMessage());
        } catch (StopException e) {
            tell(claim, () -> stopped(claim, e.reason()));
        } catch (Throwable e) {
            tell(claim, () -> failed(claim, progress, e));
        }
    }

    private void work(Claim claim, AttemptProgress progress) throws IOException {
        Path attempt = folder.attempt(claim.jobId());
        try (AttemptControl control = new AttemptControl(jobs, claim, progress, shutdown)) {
            ResumeIdentity identity = ResumeIdentity.current(engine.runtime(), codeVersion);
            QuantizationAttempt quantization = new QuantizationAttempt(
                    claim,
                    engine.runtime(),
                    cache,
                    new Checkpoints(jobs, objects, claim, identity),
                    new Publication(jobs, objects, claim),
                    progress);
            LOG.infof("job %s is %s", claim.jobId(), quantization.run(attempt, control));
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

    private void failed(Claim claim, AttemptProgress progress, Throwable e) {
        Integer block = progress.phase() == Phase.BLOCKS ? progress.done() : null;
        Failure failure = Failures.of(e, progress.phase(), block, claim.attempt());
        LOG.errorf(e, "job %s: attempt %d fails with %s", claim.jobId(), claim.attempt(), failure.code());
        jobs.fail(claim, failure);
    }

    /** When the database cannot be told, the lease runs out and the sweeper decides. */
    private static void tell(Claim claim, Runnable end) {
        try {
            end.run();
        } catch (RuntimeException e) {
            LOG.warnf(
                    "job %s: the end of attempt %d was not taken: %s", claim.jobId(), claim.attempt(), e.getMessage());
        }
    }
}
