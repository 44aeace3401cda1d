package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

/**
 * jobs are cancelled and paused at random moments of their lives, the moment of their publication among them. Each ends
 * once, nobody holds it any more, and its attempts have ended. {@code -Dbisup.cancels=200} is the long form.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class CancelRaceTest {

    private static final int CANCELS = Integer.getInteger("bisup.cancels", 60);
    private static final long SEED = Long.getLong("bisup.seed", 20_261_128);
    private static final Duration LEASE = Duration.ofMinutes(5);

    @Inject
    JobStore jobs;

    @Inject
    EventStream events;

    @Test
    void everyJobEndsOnce() throws Exception {
        Random random = new Random(SEED);
        Map<JobState, Integer> ends = new EnumMap<>(JobState.class);
        // The first life is a slow one: nothing is compiled yet.
        nanosOfALife();
        long usual = 0;
        try (var person = Executors.newSingleThreadExecutor()) {
            for (int i = 0; i < CANCELS; i++) {
                // The machine may be busy with other things, more or less.
                usual = i % 10 == 0 ? nanosOfALife() : usual;
                String id = submit();
                long after = random.nextLong(usual + usual / 4);
                boolean pauses = random.nextBoolean();
                var asked = person.submit(() -> {
                    LockSupport.parkNanos(after);
                    return pauses ? pausedAndCancelled(id) : cancelled(id);
                });
                work(id);
                boolean taken = asked.get();
                work(id);
                JobState end = ended(id, taken);
                ends.merge(end, 1, Integer::sum);
            }
        }
        System.out.printf("CancelRaceTest: %d jobs, seed %d: %s%n", CANCELS, SEED, ends);
        assertThat(ends).containsKeys(JobState.CANCELLED, JobState.SUCCEEDED);
    }

    private long nanosOfALife() {
        long begun = System.nanoTime();
        work(submit());
        return System.nanoTime() - begun;
    }

    private String submit() {
        return jobs.submit(Given.job("{\"evaluation\":[]}", UUID.randomUUID().toString()))
                .job()
                .id();
    }

    /** As a worker works: it asks after each block, and obeys. */
    private void work(String id) {
        Optional<Claim> claim = jobs.claim(id, "w1", LEASE);
        if (claim.isEmpty()) {
            return;
        }
        Claim held = claim.get();
        for (int block = jobs.committedBlocks(id).size(); block < Given.BLOCKS; block++) {
            switch (jobs.heartbeat(held, Given.progress(block))) {
                case CONTINUE -> jobs.commitBlock(held, Given.block(block), List.of());
                case CANCEL -> {
                    jobs.acknowledgeCancel(held);
                    return;
                }
                case PAUSE -> {
                    jobs.acknowledgePause(held);
                    return;
                }
            }
        }
        jobs.publish(held, Given.manifest(held));
    }

    /** Whether it was in time. */
    private boolean cancelled(String id) {
        try {
            jobs.requestCancel(id);
            return true;
        } catch (IllegalTransitionException e) {
            return false;
        }
    }

    private boolean pausedAndCancelled(String id) {
        try {
            jobs.requestPause(id);
        } catch (IllegalTransitionException e) {
            return false;
        }
        return cancelled(id);
    }

    private JobState ended(String id, boolean taken) {
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.state())
                .as("seed %d, asked in time: %s", SEED, taken)
                .isIn(JobState.CANCELLED, JobState.SUCCEEDED);
        assertThat(job.pauseRequested()).isFalse();
        assertThat(jobs.attempts(id)).extracting(Attempt::outcome).doesNotContainNull();
        List<JobEvent> told = events.read(id, 0, 1000);
        assertThat(told)
                .extracting(JobEvent::sequence)
                .isEqualTo(java.util.stream.LongStream.rangeClosed(1, told.size())
                        .boxed()
                        .toList());
        assertThat(told.stream().filter(CancelRaceTest::isAnEnd)).hasSize(1);
        assertThat(isAnEnd(told.getLast())).isTrue();
        assertThat(jobs.artifact(id).isPresent()).isEqualTo(job.artifactDigest() != null);
        return job.state();
    }

    private static boolean isAnEnd(JobEvent event) {
        return event.data().get("state") instanceof String state
                && JobState.valueOf(state).terminal();
    }
}
