package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.contract.Phase;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.bisup.platform.work.Collector;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A job that failed for good is tried again: it goes on where it failed, and makes the bytes of one that never did. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class RetryTest {

    @Inject
    JobStore jobs;

    @Inject
    EventStream events;

    @Inject
    ObjectStore objects;

    @Inject
    Collector collector;

    @Inject
    Inputs inputs;

    @Test
    void aJobThatTwoKilledAttemptsFailedGoesOnAtItsBlockAndMakesTheSameBytes() throws InterruptedException {
        String undisturbed = inputs.undisturbedDigest();
        String failed = killed();
        int committed = jobs.committedBlocks(failed).size();
        String retry = inputs.retry(failed);
        inputs.await(retry, in(JobState.SUCCEEDED));
        assertThat(jobs.attempts(retry)).extracting("resumedFromBlock").containsExactly(committed);
        assertThat(discarded(retry)).isEmpty();
        ArtifactManifest made = jobs.artifact(retry).orElseThrow();
        assertThat(made.digest()).isEqualTo(undisturbed);
        while (!jobs.uncollected(1).isEmpty()) {
            collector.collect();
        }
        for (ObjectEntry file : made.files()) {
            assertThat(objects.range(file, 0, 1)).as(file.key()).hasSize(1);
        }
        assertThat(objects.listAttempts(failed)).hasSize(committed);
    }

    /** Another machine or another release made the blocks: the worker says what differs, and begins anew. */
    @Test
    void blocksOfAnotherIdentityAreRefusedByTheFieldsName() throws InterruptedException {
        String cancelled = inputs.submit(inputs.model());
        inputs.await(cancelled, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        jobs.requestCancel(cancelled);
        inputs.await(cancelled, in(JobState.CANCELLED));
        String retry = inputs.retryOnOtherWords(cancelled);
        inputs.await(retry, in(JobState.SUCCEEDED));
        assertThat(discarded(retry))
                .singleElement()
                .satisfies(e -> assertThat(e.data())
                        .containsEntry("from", 0)
                        .hasEntrySatisfying(
                                "reason", reason -> assertThat((String) reason).contains("calibration")));
        assertThat(jobs.attempts(retry)).extracting("resumedFromBlock").containsExactly(0);
    }

    /** A job whose attempts are killed, the first behind a block and the others before they commit one. */
    private String killed() throws InterruptedException {
        String id = inputs.submit(inputs.model());
        AtomicInteger attempt = new AtomicInteger();
        inputs.await(id, e -> {
            if (in(JobState.RUNNING).test(e)) {
                attempt.set((Integer) e.data().get("attempt"));
            } else if ((attempt.get() == 1 && e.type() == JobEvent.Type.BLOCK_COMMITTED)
                    || (attempt.get() > 1 && computes(e))) {
                attempt.set(0);
                AttemptProcessHandles.kill();
            }
            return in(JobState.FAILED).test(e);
        });
        assertThat(inputs.job(id).failure().code()).isEqualTo(FailureCode.ATTEMPT_KILLED);
        return id;
    }

    private static boolean computes(JobEvent event) {
        return event.type() == JobEvent.Type.PROGRESS
                && Phase.CALIBRATE.name().equals(event.data().get("phase"));
    }

    private List<JobEvent> discarded(String id) {
        return events.read(id, 0, 1000).stream()
                .filter(e -> e.type() == JobEvent.Type.CHECKPOINT_DISCARDED)
                .toList();
    }
}
