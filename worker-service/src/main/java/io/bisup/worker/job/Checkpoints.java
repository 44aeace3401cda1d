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
import io.bisup.platform.outage.Patience;
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
    private final Patience patience;
    private final List<ObjectEntry> shards = new ArrayList<>();

    Checkpoints(JobStore jobs, ObjectStore objects, Claim claim, Patience patience) {
        this.jobs = jobs;
        this.objects = objects;
        this.claim = claim;
        this.patience = patience;
    }

    /**
     * Fetches the committed blocks into {@code folder}, up to the first whose objects are gone or torn or that was made
     * under another identity: that one and those after it cost their work, not the job.
     *
     * @return the blocks' file names, in order
     */
    List<String> restore(Path folder, ResumeIdentity identity, AttemptProgress progress) throws IOException {
        List<String> files = new ArrayList<>();
        for (CommittedBlock block : patience.ask(() -> jobs.committedBlocks(claim.jobId()))) {
            Optional<String> fault = fetch(block, folder, identity);
            if (fault.isPresent()) {
                discardFrom(block.report().block(), fault.get(), progress);
                break;
            }
            files.add(block.objects().getFirst().name());
            shards.add(block.objects().getFirst());
            progress.committed(block.report());
        }
        return files;
    }

    /** Fetches a block's file, or says why its work is of no use. */
    private Optional<String> fetch(CommittedBlock block, Path folder, ResumeIdentity identity) throws IOException {
        try {
            Optional<String> difference = identity.differenceFrom(identityOf(block));
            if (difference.isEmpty()) {
                ObjectEntry shard = block.objects().getFirst();
                patience.tell(() -> objects.get(shard, folder.resolve(shard.name())));
            }
            return difference;
        } catch (CorruptObjectException | InvalidSpecException e) {
            // An identity that another release wrote cannot be read here: another identity all the same.
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    private void discardFrom(int block, String reason, AttemptProgress progress) throws IOException {
        LOG.warnf("job %s goes on at block %d: %s", claim.jobId(), block, reason);
        patience.tell(() -> jobs.discardBlocks(claim, block, reason));
        progress.discarded(block);
    }

    private ResumeIdentity identityOf(CommittedBlock block) throws IOException {
        byte[] json = patience.ask(() -> objects.get(block.objects().getLast()));
        return Json.read(new String(json, StandardCharsets.UTF_8), ResumeIdentity.class);
    }

    /** Uploads a finished block and commits it. */
    BlockReport commit(Path shard, BlockReport report, ResumeIdentity identity) throws IOException {
        BlockReport own = report.byAttempt(claim.attempt());
        ObjectEntry uploaded = upload(shard);
        String name = String.format(Locale.ROOT, "block-%05d.identity.json", report.block());
        byte[] made = Json.write(identity).getBytes(StandardCharsets.UTF_8);
        ObjectEntry identified = patience.ask(() -> objects.put(key(name), made));
        patience.tell(() -> jobs.commitBlock(claim, own, List.of(uploaded, identified)));
        shards.add(uploaded);
        return own;
    }

    /** Uploads a file of the artifact. */
    ObjectEntry upload(Path file) throws IOException {
        return patience.ask(() -> objects.put(key(file.getFileName().toString()), file));
    }

    /** The blocks' files as uploaded, in order. */
    List<ObjectEntry> shards() {
        return List.copyOf(shards);
    }

    private io.bisup.platform.object.ObjectKey key(String file) {
        return ObjectKeys.attempt(claim.jobId(), claim.attempt(), file);
    }
}
