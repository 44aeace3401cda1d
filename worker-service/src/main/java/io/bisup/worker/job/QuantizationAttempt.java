package io.bisup.worker.job;

import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Phase;
import io.bisup.data.TextDataset;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.Work;
import io.bisup.platform.work.FileCache;
import io.bisup.quantize.run.FolderQuantization;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** One attempt's way from claim to published artifact, phase by phase. */
final class QuantizationAttempt {

    private final Claim claim;
    private final TensorRuntime runtime;
    private final FileCache cache;
    private final Checkpoints checkpoints;
    private final Publication publication;
    private final AttemptProgress progress;

    QuantizationAttempt(
            Claim claim,
            TensorRuntime runtime,
            FileCache cache,
            Checkpoints checkpoints,
            Publication publication,
            AttemptProgress progress) {
        this.claim = claim;
        this.runtime = runtime;
        this.cache = cache;
        this.checkpoints = checkpoints;
        this.publication = publication;
        this.progress = progress;
    }

    /**
     * Works until the artifact is published.
     *
     * @param folder empty folder for this attempt
     * @return the state the job reached
     */
    JobState run(Path folder, AttemptControl control) throws IOException {
        Optional<JobState> published = publication.complete();
        if (published.isPresent()) {
            return published.get();
        }
        FolderQuantization.Request request = fetch();
        control.checkpoint();
        List<Path> finished = checkpoints.restore(folder, progress);
        progress.enter(Phase.CALIBRATE);
        FolderQuantization.Result result = quantize(request, folder, finished, control);
        progress.enter(Phase.EXPORT);
        List<ObjectEntry> files = new ArrayList<>(checkpoints.shards());
        for (Path file : result.files()) {
            files.add(checkpoints.upload(file));
        }
        control.checkpoint();
        progress.enter(Phase.PUBLISH);
        return publication.publish(files);
    }

    private FolderQuantization.Result quantize(
            FolderQuantization.Request request, Path folder, List<Path> finished, AttemptControl control) {
        try {
            return new FolderQuantization(runtime, control).run(request, folder, finished, (shard, report) -> {
                progress.committed(checkpoints.commit(shard, report));
                if (progress.complete()) {
                    progress.enter(Phase.EXPORT);
                }
            });
        } catch (RuntimeException e) {
            throw ModelFailures.coded(e);
        }
    }

    private FolderQuantization.Request fetch() throws IOException {
        Work work = claim.work();
        List<Path> folders = cache.fetch(List.of(
                new FileCache.Wanted(work.model().digest(), work.model().files()),
                FileCache.Wanted.one(work.calibration().object())));
        Path text = folders.getLast().resolve(work.calibration().object().name());
        return new FolderQuantization.Request(
                folders.getFirst(),
                work.model().digest(),
                work.recipe(),
                TextDataset.read(
                                text,
                                work.calibration().name(),
                                work.calibration().format())
                        .text(),
                work.spec().systemPrompt(),
                work.spec().evaluation().stream()
                        .mapToInt(EvaluationSpec::window)
                        .max()
                        .orElse(0));
    }
}
