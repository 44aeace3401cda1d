package io.bisup.platform.dispatch;

import java.util.Optional;

/** Turns a ring into work. */
@FunctionalInterface
public interface Claimer {

    /**
     * Tries to claim the job of that id in the database.
     *
     * @return the work to run, or nothing when there was nothing to claim
     */
    Optional<Runnable> claim(String id);
}
