package io.bisup.worker.job;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKey;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** The artifact appears: one conditional PUT of its manifest, then one compare-and-set of the job. */
final class Publication {

    private static final String FORMAT = "bisup";
    private static final int FORMAT_VERSION = 1;

    private final JobStore jobs;
    private final ObjectStore objects;
    private final Claim claim;
    private final Patience patience;
    private final ObjectKey key;

    Publication(JobStore jobs, ObjectStore objects, Claim claim, Patience patience) {
        this.jobs = jobs;
        this.objects = objects;
        this.claim = claim;
        this.patience = patience;
        this.key = ObjectKeys.manifest(claim.jobId());
    }

    /** Finishes what an earlier attempt began: it put the manifest and died before it told the database. */
    Optional<JobState> complete() throws IOException {
        Optional<ArtifactManifest> manifest = existing();
        return manifest.isPresent() ? Optional.of(tell(manifest.get())) : Optional.empty();
    }

    private JobState tell(ArtifactManifest manifest) throws IOException {
        return patience.ask(() -> jobs.publish(claim, manifest));
    }

    /** Publishes an artifact of these files, with these exports. */
    JobState publish(List<ObjectEntry> files, List<ArtifactExport> exports) throws IOException {
        ArtifactManifest manifest = new ArtifactManifest(
                FORMAT,
                FORMAT_VERSION,
                claim.jobId(),
                claim.attempt(),
                claim.work().model().name(),
                claim.work().model().digest(),
                claim.work().recipe(),
                files,
                exports,
                Digests.of(files));
        byte[] bytes = Json.write(manifest).getBytes(StandardCharsets.UTF_8);
        boolean first = patience.ask(() -> objects.putIfAbsent(key, bytes));
        return tell(first ? manifest : same(manifest));
    }

    /** The first manifest counts; ours must describe the same bytes. */
    private ArtifactManifest same(ArtifactManifest ours) throws IOException {
        ArtifactManifest first = existing().orElseThrow();
        if (!first.digest().equals(ours.digest())) {
            throw new IllegalStateException("attempt " + first.attempt() + " published digest " + first.digest()
                    + ", attempt " + ours.attempt() + " made " + ours.digest() + ": the job is not reproducible");
        }
        return first;
    }

    private Optional<ArtifactManifest> existing() throws IOException {
        return patience.ask(() -> objects.read(key))
                .map(bytes -> Json.read(new String(bytes, StandardCharsets.UTF_8), ArtifactManifest.class));
    }
}
