package io.bisup.api.input;

import io.bisup.platform.object.ImportFolders;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Collections;
import java.util.SequencedMap;

/** A folder of an allowed bucket. */
final class BucketFolder implements ModelSource {

    private final ImportFolders imports;
    private final ImportFolders.Folder folder;
    private final SequencedMap<String, Long> sizes;

    BucketFolder(ImportFolders imports, ImportFolders.Folder folder) throws IOException {
        this.imports = imports;
        this.folder = folder;
        this.sizes = Collections.unmodifiableSequencedMap(imports.list(folder));
    }

    @Override
    public SequencedMap<String, Long> sizes() {
        return sizes;
    }

    @Override
    public byte[] range(String file, long offset, int length) {
        try {
            return imports.range(folder, file, offset, length);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    @Override
    public InputStream open(String file) throws IOException {
        return imports.open(folder, file);
    }
}
