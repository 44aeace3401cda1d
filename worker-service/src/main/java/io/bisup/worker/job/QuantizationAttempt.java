package io.bisup.worker.job;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Phase;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.Work;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.FileCache;
import io.bisup.worker.attempt.AttemptMessage;
import io.bisup.worker.attempt.AttemptOrder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One attempt's way from claim to published artifact, phase by phase; a process of its own computes. */
final class QuantizationAttempt {

    private final Claim claim;
    private final AttemptProcess process;
    private final FileCache cache;
    private final Checkpoints checkpoints;
    private final JobExports exports;
    private final Publication publication;
    private final AttemptProgress progress;
    private final AttemptControl control;
    private final Patience patience;

    QuantizationAttempt(
            Claim claim,
            AttemptProcess process,
            FileCache cache,
            Checkpoints checkpoints,
            JobExports exports,
            Publication publication,
            AttemptProgress progress,
            AttemptControl control) {
        this.claim = claim;
        this.process = process;
        this.cache = cache;
        this.checkpoints = checkpoints;
        this.exports = exports;
        this.publication = publication;
        this.progress = progress;
        this.control = control;
        this.patience = control.patience();
    }

    /**
     * Works until the artifact is published.
     *
     * @param folder empty folder for this attempt
     * @return the state the job reached
     */
    JobState run(Path folder) throws IOException {
        Optional<JobState> published = publication.complete();
        if (published.isPresent()) {
            return published.get();
        }
        List<Path> fetched = fetch();
        ResumeIdentity identity = ResumeIdentity.of(process.awaitReady(control::check), claim.work());
        List<String> finished = checkpoints.restore(folder, identity, progress);
        control.enter(Phase.CALIBRATE);
        List<String> files =
                process.compute(order(fetched, folder, finished), control::check, commits(folder, identity));
        control.blocksEnd();
        control.enter(Phase.EXPORT);
        List<ObjectEntry> entries = new ArrayList<>(checkpoints.shards());
        for (String file : files) {
            entries.add(checkpoints.upload(folder.resolve(file)));
        }
        control.check();
        List<ArtifactExport> exported = exports.make(process, folder);
        process.close();
        control.enter(Phase.PUBLISH);
        return publication.publish(entries, exported);
    }

    private AttemptProcess.Listener commits(Path folder, ResumeIdentity identity) {
        return new AttemptProcess.Listener() {
            @Override
            public void computing() {
                control.blocksBegin();
            }

            @Override
            public void block(AttemptMessage.Block block) throws IOException {
                progress.committed(checkpoints.commit(folder.resolve(block.file()), block.report(), identity));
                control.blockEnds();
            }
        };
    }

    /** The folder of the model, then the file of the calibration text. */
    private List<Path> fetch() throws IOException {
        Work work = claim.work();
        List<Path> folders = cache.fetch(
                List.of(
                        new FileCache.Wanted(work.model().digest(), work.model().files()),
                        FileCache.Wanted.one(work.calibration().object())),
                patience);
        return List.of(
                folders.getFirst(),
                folders.getLast().resolve(work.calibration().object().name()));
    }

    private AttemptOrder.Quantize order(List<Path> fetched, Path folder, List<String> finished) {
        Work work = claim.work();
        return new AttemptOrder.Quantize(
                fetched.getFirst().toAbsolutePath().toString(),
                work.model().digest(),
                work.recipe(),
                fetched.getLast().toAbsolutePath().toString(),
                work.calibration(),
                work.spec().systemPrompt(),
                work.spec().evaluation().stream()
                        .mapToInt(EvaluationSpec::window)
                        .max()
                        .orElse(0),
                folder.toAbsolutePath().toString(),
                finished);
    }
}
