package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Progress;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.GatedStack;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** A store that is away, for longer than a lease and than every time-out in between, costs a job no attempt. */
@QuarkusTest
@QuarkusTestResource(value = GatedStack.class, restrictToAnnotatedClass = true)
@TestProfile(StoresAwayTest.Patient.class)
class StoresAwayTest {

    /** By default longer than a carrier of virtual threads that has nothing to do is kept (30 s). */
    private static final Duration AWAY = Duration.ofSeconds(Integer.getInteger("bisup.away", 40));

    /** After an outage of the database, leases count only when workers had the time to renew them. */
    public static class Patient implements QuarkusTestProfile {
        @Override
        public Map<String, String> getConfigOverrides() {
            return Map.of("bisup.jobs.outage-grace", "15S", "bisup.housekeeping.sweep-interval", "0.5S");
        }
    }

    @Inject
    JobStore jobs;

    @Inject
    Inputs inputs;

    GatedStack.Gates gates;

    @Test
    void anObjectStoreThatGoesInTheMiddleOfAJobIsWaitedForAndSaidSo() throws InterruptedException {
        String id = inputs.submit(inputs.model());
        inputs.await(id, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        gates.objects().shut();
        inputs.await(id, StoresAwayTest::tellsOfAWait);
        Progress.WaitingFor waiting = inputs.job(id).progress().waitingFor();
        assertThat(waiting.store()).isEqualTo("object store");
        LockSupport.parkNanos(AWAY.toNanos());
        assertThat(inputs.job(id).progress().waitingFor())
                .as("since the beginning of the wait")
                .isEqualTo(waiting);
        gates.objects().open();
        inputs.await(id, in(JobState.SUCCEEDED));
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("published");
        assertThat(inputs.job(id).progress().waitingFor()).isNull();
    }

    @Test
    void aDatabaseThatGoesInTheMiddleOfAJobIsWaitedFor() throws InterruptedException {
        String id = inputs.submit(inputs.model());
        inputs.await(id, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        gates.database().shut();
        LockSupport.parkNanos(AWAY.toNanos());
        gates.database().open();
        inputs.await(id, in(JobState.SUCCEEDED));
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("published");
    }

    /** A wish ends the wait at once: the store may be away for hours. */
    @Test
    void aJobThatWaitsForAStoreCanBeCancelled() throws InterruptedException {
        String id = inputs.submit(inputs.model());
        inputs.await(id, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        gates.objects().shut();
        try {
            inputs.await(id, StoresAwayTest::tellsOfAWait);
            jobs.requestCancel(id);
            inputs.await(id, in(JobState.CANCELLED));
        } finally {
            gates.objects().open();
        }
    }

    private static boolean tellsOfAWait(JobEvent event) {
        return event.type() == JobEvent.Type.PROGRESS && event.data().get("waitingFor") != null;
    }
}
