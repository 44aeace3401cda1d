package io.bisup.worker.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureException;
import io.bisup.contract.Folders;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Phase;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.Failures;
import io.bisup.platform.work.FileCache;
import io.bisup.worker.attempt.AttemptMessage;
import io.bisup.worker.attempt.AttemptOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jboss.logging.Logger;

/** Runs one claim of an export of a published artifact to whatever end. Nothing of a lost attempt is used again. */
final class ExportRunner {

    private static final Logger LOG = Logger.getLogger(ExportRunner.class);

    private final ExportStore exports;
    private final Workplace place;

    ExportRunner(ExportStore exports, Workplace place) {
        this.exports = exports;
        this.place = place;
    }

    /**
     * Works on the claim.
     *
     * @throws AttemptProcess.EngineException when no process can be started here; the export is given back before
     */
    void run(ExportClaim claim) {
        String attempt =
                "export " + claim.exportId() + " (" + claim.format().wireName() + "), attempt " + claim.attempt();
        LOG.infof("%s begins", attempt);
        boolean told = true;
        try {
            work(claim);
            LOG.infof("%s succeeds", attempt);
        } catch (StaleEpochException e) {
            LOG.infof("%s stops, %s", attempt, e.getMessage());
        } catch (StopException e) {
            told = place.tell(attempt, () -> exports.giveBack(claim));
        } catch (AttemptProcess.EngineException e) {
            place.tell(attempt, () -> exports.giveBack(claim));
            throw e;
        } catch (Throwable e) {
            Failure failure = Failures.of(e, Phase.EXPORT, null, claim.attempt());
            LOG.errorf(e, "%s fails with %s", attempt, failure.code());
            told = place.tell(attempt, () -> exports.fail(claim, failure));
        }
        place.free(told);
    }

    private void work(ExportClaim claim) throws IOException {
        place.folder().journal().begin(claim.exportId(), claim.epoch());
        Path folder = place.folder().attempt(claim.exportId());
        try (AttemptProcess process = place.processes().take();
                ExportControl control = new ExportControl(exports, claim, place.shutdown())) {
            Patience patience = control.patience();
            List<ObjectEntry> files = files(claim, folder.resolve(claim.format().wireName()), process, control);
            patience.tell(() -> exports.complete(claim, files));
        } finally {
            Folders.delete(folder);
        }
    }

    private List<ObjectEntry> files(ExportClaim claim, Path target, AttemptProcess process, ExportControl control)
            throws IOException {
        ArtifactManifest artifact = claim.artifact();
        Patience patience = control.patience();
        Path fetched = place.cache()
                .fetch(List.of(new FileCache.Wanted(artifact.digest(), artifact.files())), patience)
                .getFirst();
        process.awaitReady(control::check);
        AttemptOrder.Export order = new AttemptOrder.Export(
                claim.format(),
                fetched.toAbsolutePath().toString(),
                target.toAbsolutePath().toString(),
                artifact.model(),
                claim.scores());
        return switch (process.export(order, control::check, control::at)) {
            case AttemptMessage.Exported exported ->
                new ExportUpload(
                                place.objects(),
                                patience,
                                file -> ObjectKeys.export(artifact.jobId(), claim.exportId(), claim.attempt(), file))
                        .upload(target, exported.files());
            case AttemptMessage.Refused refused -> throw new FailureException(refused.code(), refused.message());
        };
    }
}
