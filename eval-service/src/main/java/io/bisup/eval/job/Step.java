package io.bisup.eval.job;

/** Called between steps of an evaluation; throws to stop it. */
@FunctionalInterface
interface Step {

    /**
     * Called after each batch.
     *
     * @param what is being measured
     * @param done documents or windows done
     * @param of all of them
     */
    void at(String what, int done, int of);
}
