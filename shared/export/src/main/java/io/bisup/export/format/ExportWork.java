package io.bisup.export.format;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.recipe.Portability;
import io.bisup.export.source.ArtifactSource;
import java.nio.file.Path;
import java.util.List;

/**
 * One export.
 *
 * @param format in which
 * @param source the artifact
 * @param folder where to write; empty, and moved to its place as a whole when all is written
 */
public record ExportWork(
        ExportFormat format, ArtifactSource source, Path folder, ExportOptions options, ExportProgress progress) {

    /** What a user of the export must know. */
    public List<String> notes() {
        return Portability.of(source.artifact().sidecar().recipe(), format).notes();
    }

    /** The same work in another format, in a folder inside of this one's. */
    public ExportWork inside(String name, ExportFormat other) {
        return new ExportWork(other, source, folder.resolve(name), options, progress);
    }
}
