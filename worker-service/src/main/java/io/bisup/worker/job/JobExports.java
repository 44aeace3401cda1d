package io.bisup.worker.job;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureException;
import io.bisup.contract.Phase;
import io.bisup.contract.Score;
import io.bisup.platform.job.Claim;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.Failures;
import io.bisup.worker.attempt.AttemptMessage;
import io.bisup.worker.attempt.AttemptOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/**
 * The exports that a job asks for, made by the attempt that made its artifact. What fails here, other than by a refusal, costs
 * the job nothing: the publication of the artifact queues the missing exports as work of their own.
 */
final class JobExports {

    private static final Logger LOG = Logger.getLogger(JobExports.class);

    /** A job is evaluated behind its exports. */
    private static final List<Score> NOT_EVALUATED_YET = List.of();

    private final Claim claim;
    private final ObjectStore objects;
    private final AttemptControl control;
    private final Patience patience;

    JobExports(Claim claim, ObjectStore objects, AttemptControl control) {
        this.claim = claim;
        this.objects = objects;
        this.control = control;
        this.patience = control.patience();
    }

    /**
     * Makes one export after the other with the process that wrote the artifact.
     *
     * @param artifact folder of the whole artifact
     * @return those that were made or refused, in the order of the spec
     */
    List<ArtifactExport> make(AttemptProcess process, Path artifact) throws IOException {
        List<ArtifactExport> made = new ArrayList<>();
        try {
            for (ExportFormat format : claim.work().spec().exports()) {
                made.add(make(process, format, artifact));
            }
        } catch (AttemptFailedException e) {
            LOG.errorf("job %s: its other exports are made later, %s: %s", claim.jobId(), e.code(), e.getMessage());
        }
        return made;
    }

    private ArtifactExport make(AttemptProcess process, ExportFormat format, Path artifact) throws IOException {
        Path target = artifact.resolve("exports").resolve(format.wireName());
        AttemptOrder.Export order = new AttemptOrder.Export(
                format,
                artifact.toAbsolutePath().toString(),
                target.toAbsolutePath().toString(),
                claim.work().model().name(),
                NOT_EVALUATED_YET);
        return switch (process.export(order, control::check, written -> {})) {
            case AttemptMessage.Exported exported -> {
                ExportUpload upload = new ExportUpload(
                        objects,
                        patience,
                        file -> ObjectKeys.attemptExport(claim.jobId(), claim.attempt(), format, file));
                yield ArtifactExport.of(format, upload.upload(target, exported.files()));
            }
            case AttemptMessage.Refused refused -> ArtifactExport.failed(format, failure(refused));
        };
    }

    private Failure failure(AttemptMessage.Refused refused) {
        return Failures.of(
                new FailureException(refused.code(), refused.message()), Phase.EXPORT, null, claim.attempt());
    }
}
