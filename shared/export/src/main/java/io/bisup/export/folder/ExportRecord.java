package io.bisup.export.folder;

import io.bisup.contract.Check;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import io.bisup.export.format.ExportWork;
import io.bisup.llm.artifact.ArtifactConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * {@code bisup_export.json}: what an export was made of and how, for people and for us; no other program looks at it.
 *
 * @param formatVersion of this file
 * @param exportFormat what the folder holds
 * @param recipe what was done to the model
 * @param prefixTokenIds tokens whose exact keys and values the artifact holds and the export does not
 * @param calibrationSha256 digest of the calibration windows' token ids
 * @param sourceSha256 digest of the model it was made from
 * @param notes what a user must know
 */
public record ExportRecord(
        int formatVersion,
        ExportFormat exportFormat,
        Recipe recipe,
        List<Long> prefixTokenIds,
        String calibrationSha256,
        String sourceSha256,
        List<String> notes) {

    private static final String FILE = "bisup_export.json";
    private static final int VERSION = 1;

    public ExportRecord {
        Check.require(
                formatVersion == VERSION, "formatVersion", "is " + formatVersion, "this release reads " + VERSION);
        prefixTokenIds = List.copyOf(prefixTokenIds);
        notes = List.copyOf(notes);
    }

    /** Whether a folder holds an export of ours. */
    public static boolean isIn(Path folder) {
        return Files.isRegularFile(folder.resolve(FILE));
    }

    /**
     * Reads the record of an export's folder.
     *
     * @throws InvalidSpecException naming the field at fault
     */
    public static ExportRecord read(Path folder) throws IOException {
        return Json.read(Files.readString(folder.resolve(FILE)), ExportRecord.class);
    }

    /** Writes the record into the folder of an export. */
    public static void write(ExportWork work) throws IOException {
        ArtifactConfig sidecar = work.source().artifact().sidecar();
        ExportRecord record = new ExportRecord(
                VERSION,
                work.format(),
                sidecar.recipe(),
                sidecar.prefixTokenIds(),
                sidecar.calibrationSha256(),
                sidecar.sourceSha256(),
                work.notes());
        Files.writeString(work.folder().resolve(FILE), Json.write(record) + "\n");
    }
}
