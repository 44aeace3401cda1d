package io.bisup.contract;

import io.bisup.contract.recipe.Recipe;
import java.util.List;

/**
 * The one object that makes an artifact exist: put once, conditionally, never changed.
 *
 * @param format always "bisup"
 * @param formatVersion of the files it lists
 * @param jobId the job that made it
 * @param attempt the attempt that published it
 * @param model name of the source model
 * @param modelDigest digest of the source model's files
 * @param recipe what was done
 * @param files what it consists of, sorted by name
 * @param exports the forms for other programs that the job asked for, in its order; manifests of older releases have none
 * @param digest of the files' names and digests, exports aside; equal for an interrupted and an uninterrupted run
 */
public record ArtifactManifest(
        String format,
        int formatVersion,
        String jobId,
        int attempt,
        String model,
        String modelDigest,
        Recipe recipe,
        List<ObjectEntry> files,
        List<ArtifactExport> exports,
        String digest) {

    public ArtifactManifest {
        files = files.stream()
                .sorted(java.util.Comparator.comparing(ObjectEntry::name))
                .toList();
        exports = Check.list(exports, "exports");
    }

    /** The artifact's own bytes, exports aside. */
    public long bytes() {
        return files.stream().mapToLong(ObjectEntry::bytes).sum();
    }
}
