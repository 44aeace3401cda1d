package io.bisup.measure;

/** Hears of a measurement's progress; may throw to stop it. */
@FunctionalInterface
public interface Progress {

    /** Hears nothing. */
    Progress SILENT = (done, of) -> {};

    /** Called after each step, on the measuring thread. */
    void done(int done, int of);
}
