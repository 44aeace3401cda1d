package io.bisup.worker.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.bisup.contract.JobState;
import io.bisup.platform.database.Given;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/** Wishes reach an attempt at the end of a block, however long its heartbeats are apart. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
@TestProfile(CrashPointsTest.Alone.class)
class AttemptControlTest {

    /** No heartbeat comes by itself within the test but the first. */
    private static final Duration LEASE = Duration.ofHours(1);

    @Inject
    JobStore jobs;

    @Test
    void aPauseThatNoHeartbeatToldOfTakesHoldBehindTheBlockInHand() {
        String id =
                jobs.submit(Given.job("{}", UUID.randomUUID().toString())).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        long claimed = version(id);
        AttemptProgress progress = new AttemptProgress(Given.BLOCKS);
        try (AttemptControl control = new AttemptControl(jobs, claim, progress, () -> false, Duration.ofMinutes(1))) {
            awaitVersion(id, claimed + 1);
            control.blocksBegin();
            awaitVersion(id, claimed + 2);
            jobs.requestPause(id);
            assertThatCode(control::check).as("inside the block").doesNotThrowAnyException();
            assertThatExceptionOfType(StopException.class)
                    .isThrownBy(control::blockEnds)
                    .returns(StopException.Reason.PAUSED, StopException::reason);
        }
        jobs.acknowledgePause(claim);
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.PAUSED);
    }

    private long version(String id) {
        return jobs.find(id).orElseThrow().version();
    }

    private void awaitVersion(String id, long wanted) {
        Instant end = Instant.now().plusSeconds(30);
        while (version(id) < wanted) {
            assertThat(Instant.now()).as("a heartbeat of job %s", id).isBefore(end);
            LockSupport.parkNanos(10_000_000);
        }
    }
}
