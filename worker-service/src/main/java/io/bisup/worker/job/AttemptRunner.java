package io.bisup.worker.job;

import io.bisup.contract.Failure;
import io.bisup.contract.Folders;
import io.bisup.contract.JobState;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jboss.logging.Logger;

/** Runs one claim to whatever end: published, failed, cancelled, paused, given back, or stopped because it was taken away. */
final class AttemptRunner {

    private static final Logger LOG = Logger.getLogger(AttemptRunner.class);

    private final JobStore jobs;
    private final Workplace place;
    private final Duration grace;

    AttemptRunner(JobStore jobs, Workplace place, Duration grace) {
        this.jobs = jobs;
        this.place = place;
        this.grace = grace;
    }

    /**
     * Works on the claim.
     *
     * @throws AttemptProcess.EngineException when this worker cannot compute at all; the job is given back before
     */
    void run(Claim claim) {
        AttemptProgress progress = new AttemptProgress(claim.work().model().blocks());
        LOG.infof("job %s: attempt %d begins", claim.jobId(), claim.attempt());
        boolean told = true;
        try {
            JobState reached = work(claim, progress);
            LOG.infof("job %s is %s", claim.jobId(), reached);
        } catch (StaleEpochException e) {
            LOG.infof("job %s: attempt %d stops, %s", claim.jobId(), claim.attempt(), e.getMessage());
        } catch (StopException e) {
            told = place.tell(attempt(claim), () -> stopped(claim, e.reason()));
        } catch (AttemptProcess.EngineException e) {
            place.tell(attempt(claim), () -> jobs.giveBack(claim));
            throw e;
        } catch (Throwable e) {
            Failure failure = Failures.of(e, progress.phase(), progress.block(), claim.attempt());
            LOG.errorf(e, "job %s: attempt %d fails with %s", claim.jobId(), claim.attempt(), failure.code());
            told = place.tell(attempt(claim), () -> failed(claim, failure, e));
        }
        place.free(told);
    }

    private JobState work(Claim claim, AttemptProgress progress) throws IOException {
        place.folder().journal().begin(claim.jobId(), claim.epoch());
        Path attempt = place.folder().attempt(claim.jobId());
        try (AttemptProcess process = place.processes().take();
                AttemptControl control = new AttemptControl(jobs, claim, progress, place.shutdown(), grace)) {
            Patience patience = control.patience();
            return new QuantizationAttempt(
                            claim,
                            process,
                            place.cache(),
                            new Checkpoints(jobs, place.objects(), claim, patience),
                            new JobExports(claim, place.objects(), control),
                            new Publication(jobs, place.objects(), claim, patience),
                            progress,
                            control)
                    .run(attempt);
        } finally {
            Folders.delete(attempt);
        }
    }

    private static String attempt(Claim claim) {
        return "job " + claim.jobId() + ", attempt " + claim.attempt();
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
}
