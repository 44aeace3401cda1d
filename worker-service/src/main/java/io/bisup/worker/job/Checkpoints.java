package io.bisup.worker.job;

import io.bisup.contract.BlockReport;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.CommittedBlock;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.CorruptObjectException;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jboss.logging.Logger;

/** The committed blocks of a job: what earlier attempts left is fetched, what this one finishes is added. */
final class Checkpoints {

    private static final Logger LOG = Logger.getLogger(Checkpoints.class);

    private final JobStore jobs;
    private final ObjectStore objects;
    private final Claim claim;
    private final ResumeIdentity identity;
    private final List<ObjectEntry> shards = new ArrayList<>();

    Checkpoints(JobStore jobs, ObjectStore objects, Claim claim, ResumeIdentity identity) {
        this.jobs = jobs;
        this.objects = objects;
        this.claim = claim;
        this.identity = identity;
    }

    /**
     * Fetches the committed blocks into {@code folder}. Objects that are gone or torn, and blocks made under another
     * identity, cost their work, not the job: it starts over.
     *
     * @return the blocks' files, in order
     */
    List<Path> restore(Path folder, AttemptProgress progress) throws IOException {
        try {
            List<Path> files = new ArrayList<>();
            for (CommittedBlock block : jobs.committedBlocks(claim.jobId())) {
                Optional<String> difference = identity.differenceFrom(identityOf(block));
                if (difference.isPresent()) {
                    return startOver(difference.get(), progress);
                }
                files.add(restore(block, folder));
                progress.committed(block.report());
            }
            return files;
        } catch (CorruptObjectException | InvalidSpecException e) {
            // An identity that a newer release wrote cannot be read here: another identity all the same.
            return startOver(String.valueOf(e.getMessage()), progress);
        }
    }

    private List<Path> startOver(String reason, AttemptProgress progress) {
        LOG.warnf("job %s starts over: %s", claim.jobId(), reason);
        jobs.discardBlocks(claim, reason);
        shards.clear();
        progress.startOver();
        return List.of();
    }

    private ResumeIdentity identityOf(CommittedBlock block) {
        byte[] json = objects.get(block.objects().getLast());
        return Json.read(new String(json, StandardCharsets.UTF_8), ResumeIdentity.class);
    }

    private Path restore(CommittedBlock block, Path folder) throws IOException {
        ObjectEntry shard = block.objects().getFirst();
        Path file = folder.resolve(shard.name());
        objects.get(shard, file);
        shards.add(shard);
        return file;
    }

    /** Uploads a finished block and commits it. */
    BlockReport commit(Path shard, BlockReport report) {
        BlockReport own = byThisAttempt(report);
        ObjectEntry uploaded = Retry.onUnavailableStore(
                () -> objects.put(key(shard.getFileName().toString()), shard));
        String name = String.format(Locale.ROOT, "block-%05d.identity.json", report.block());
        byte[] made = Json.write(identity).getBytes(StandardCharsets.UTF_8);
        ObjectEntry identified = Retry.onUnavailableStore(() -> objects.put(key(name), made));
        jobs.commitBlock(claim, own, List.of(uploaded, identified));
        shards.add(uploaded);
        return own;
    }

    private BlockReport byThisAttempt(BlockReport report) {
        return new BlockReport(
                report.block(),
                report.lossBefore(),
                report.lossAfter(),
                report.heldOutBefore(),
                report.heldOutAfter(),
                report.relativeError(),
                report.seconds(),
                report.peakMemoryBytes(),
                claim.attempt(),
                report.notes());
    }

    /** Uploads a file of the artifact that is no block. */
    ObjectEntry upload(Path file) {
        return Retry.onUnavailableStore(() -> objects.put(key(file.getFileName().toString()), file));
    }

    /** The blocks' files as uploaded, in order. */
    List<ObjectEntry> shards() {
        return List.copyOf(shards);
    }

    private io.bisup.platform.object.ObjectKey key(String file) {
        return ObjectKeys.attempt(claim.jobId(), claim.attempt(), file);
    }
}
