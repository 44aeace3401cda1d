package io.bisup.export;

import io.bisup.contract.ExportFormat;
import java.nio.file.Path;
import java.util.List;

/**
 * What was exported.
 *
 * @param folder where it lies
 * @param files paths relative to the folder, sorted
 * @param bytes of all files
 * @param notes what a user of the export must know
 */
public record ExportReport(ExportFormat format, Path folder, List<String> files, long bytes, List<String> notes) {

    public ExportReport {
        files = List.copyOf(files);
        notes = List.copyOf(notes);
    }
}
