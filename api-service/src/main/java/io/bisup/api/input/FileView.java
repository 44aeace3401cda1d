package io.bisup.api.input;

import io.bisup.contract.ObjectEntry;
import java.util.List;

/**
 * A file of a model or an export.
 *
 * @param name its name
 * @param bytes its size
 * @param sha256 its digest
 */
public record FileView(String name, long bytes, String sha256) {

    public static List<FileView> of(List<ObjectEntry> entries) {
        return entries.stream()
                .map(e -> new FileView(e.name(), e.bytes(), e.sha256()))
                .toList();
    }
}
