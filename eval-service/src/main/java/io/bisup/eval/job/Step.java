package io.bisup.eval.job;

import io.bisup.platform.outage.Patience;

/** Called between steps of an evaluation; throws to stop it. */
interface Step {

    /**
     * Called before the first step of each measurement and after each: steps are parts of a window or document.
     *
     * @param what is being measured
     * @param done documents or windows done
     * @param of all of them
     */
    void at(String what, int done, int of);

    /** Waits for stores that are away, until the evaluation is to stop. */
    Patience patience();
}
