package io.bisup.eval.job;

import io.bisup.platform.outage.Patience;

/** Called between steps of an evaluation; throws to stop it. */
interface Step {

    /**
     * Called after each batch.
     *
     * @param what is being measured
     * @param done documents or windows done
     * @param of all of them
     */
    void at(String what, int done, int of);

    /** Waits for stores that are away, until the evaluation is to stop. */
    Patience patience();
}
