package io.bisup.measure;

/** Hears of a measurement's progress; may throw to stop it. */
@FunctionalInterface
public interface Progress {

    /** Hears nothing. */
    Progress SILENT = (done, of) -> {};

    /**
     * Called before the first step and after each, on the measuring thread.
     *
     * @param done windows or documents; steps are smaller than one
     */
    void done(int done, int of);
}
