package io.bisup.export.format;

/** Hears how far an export is; what it throws ends the export, which leaves nothing behind. */
@FunctionalInterface
public interface ExportProgress {

    /** Tells nobody. */
    ExportProgress NONE = (written, total) -> {};

    /**
     * A tensor was written.
     *
     * @param written bytes of tensors so far
     * @param total bytes of all tensors
     */
    void at(long written, long total);
}
