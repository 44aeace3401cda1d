package io.bisup.contract;

import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An export that was made together with its artifact, or why it could not be made: the artifact is worth more than one of
 * its exports, so it is published all the same.
 *
 * @param format which form
 * @param files what it consists of, sorted by name; empty where it could not be made
 * @param digest of the files' names and digests; null where it could not be made
 * @param failure why it could not be made; null where it was
 */
public record ArtifactExport(
        ExportFormat format,
        List<ObjectEntry> files,
        @Nullable String digest,
        @Nullable Failure failure) {

    public ArtifactExport {
        files = files.stream().sorted(Comparator.comparing(ObjectEntry::name)).toList();
    }

    /** An export of these files. */
    public static ArtifactExport of(ExportFormat format, List<ObjectEntry> files) {
        return new ArtifactExport(format, files, Digests.of(files), null);
    }

    /** An export that could not be made. */
    public static ArtifactExport failed(ExportFormat format, Failure failure) {
        return new ArtifactExport(format, List.of(), null, failure);
    }
}
