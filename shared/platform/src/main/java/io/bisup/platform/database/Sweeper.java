package io.bisup.platform.database;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.UUID;
import org.jboss.logging.Logger;

/**
 * Finds what nobody else will: attempts whose lease ran out, limits that passed, jobs that wait without a bell. Age alone is
 * never a reason. Any number of sweepers may run: each settles under the row's lock.
 */
@ApplicationScoped
public class Sweeper {

    private static final Logger LOG = Logger.getLogger(Sweeper.class);

    private final Sweeps sweeps;

    Sweeper(Sweeps sweeps) {
        this.sweeps = sweeps;
    }

    /** One round; a row that cannot be settled does not stop the others. */
    public void sweep() {
        for (UUID id : sweeps.suspectJobs()) {
            guarded("job", id, () -> sweeps.settleJob(id));
        }
        for (UUID id : sweeps.suspectEvaluations()) {
            guarded("evaluation", id, () -> sweeps.settleEvaluation(id));
        }
        sweeps.ringAgain();
        sweeps.forgetIdempotencyKeys();
    }

    private static void guarded(String what, UUID id, Runnable settle) {
        try {
            settle.run();
        } catch (RuntimeException e) {
            LOG.errorf(e, "%s %s cannot be settled; trying again in the next round", what, id);
        }
    }
}
