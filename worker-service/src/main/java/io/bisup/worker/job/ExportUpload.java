package io.bisup.worker.job;

import io.bisup.contract.Folders;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.object.ObjectKey;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Brings a written export to the object store. */
final class ExportUpload {

    private final ObjectStore objects;
    private final Patience patience;
    private final Function<String, ObjectKey> keys;

    /** @param keys where each file goes, by its path in the export */
    ExportUpload(ObjectStore objects, Patience patience, Function<String, ObjectKey> keys) {
        this.objects = objects;
        this.patience = patience;
        this.keys = keys;
    }

    /** Uploads the files of a folder, named by their paths in it, and deletes the folder. */
    List<ObjectEntry> upload(Path folder, List<String> files) throws IOException {
        List<ObjectEntry> entries = new ArrayList<>();
        for (String file : files) {
            ObjectKey key = keys.apply(file);
            ObjectEntry entry = patience.ask(() -> objects.put(key, folder.resolve(file)));
            entries.add(entry.named(file));
        }
        Folders.delete(folder);
        return entries;
    }
}
