package io.bisup.api.preflight;

import java.util.SequencedMap;

/** The files of a model, wherever they lie, read in pieces: a header is read without its gigabytes. */
public interface ModelFiles {

    /** Size in bytes by file name, sorted by name. */
    SequencedMap<String, Long> sizes();

    /** Size of a file that {@link #sizes} lists. */
    default long size(String file) {
        Long size = sizes().get(file);
        if (size == null) {
            throw new IllegalArgumentException("there is no file " + file);
        }
        return size;
    }

    /** Up to {@code length} bytes from {@code offset}; fewer only at the file's end. */
    byte[] range(String file, long offset, int length);
}
