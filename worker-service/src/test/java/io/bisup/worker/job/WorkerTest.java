package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Jobs from submission to artifact on the demo model, through the real stores, with the worker of this process. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class WorkerTest {

    @Inject
    JobStore jobs;

    @Inject
    EventStream events;

    @Inject
    Inputs inputs;

    @Inject
    ObjectStore objects;

    /** The pause is heard while a block is in hand: that block is finished and committed, and no other is begun. */
    @Test
    void aPausedJobStopsBehindTheBlockInHandResumesThereAndMakesTheSameBytes() throws Exception {
        String undisturbed = inputs.undisturbedDigest();
        String paused = inputs.submit(inputs.model());
        inputs.await(paused, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        ProcessHandle attempt = AttemptProcessHandles.stoppedAtWork();
        awaitHeartbeats(paused);
        int committed = jobs.committedBlocks(paused).size();
        assertThat(committed).isBetween(1, Inputs.BLOCKS - 2);
        jobs.requestPause(paused);
        awaitHeartbeats(paused);
        assertThat(inputs.job(paused))
                .as("the block in hand is waited for")
                .returns(JobState.RUNNING, JobRecord::state)
                .returns(true, JobRecord::pauseRequested);
        AttemptProcessHandles.goesOn(attempt);
        inputs.await(paused, in(JobState.PAUSED));
        assertThat(jobs.committedBlocks(paused)).hasSize(committed + 1);
        jobs.resume(paused);
        inputs.await(paused, in(JobState.SUCCEEDED));

        assertThat(jobs.attempts(paused)).extracting("outcome").containsExactly("paused", "published");
        assertThat(jobs.attempts(paused)).extracting("resumedFromBlock").containsExactly(0, committed + 1);
        assertThat(jobs.blocks(paused))
                .filteredOn(block -> block.attempt() == 1)
                .extracting("block")
                .containsExactlyElementsOf(
                        IntStream.rangeClosed(0, committed).boxed().toList());
        ArtifactManifest second = jobs.artifact(paused).orElseThrow();
        assertThat(second.digest()).isEqualTo(undisturbed);
        assertThat(second.files()).hasSizeGreaterThan(Inputs.BLOCKS);
        assertThat(objects.read(ObjectKeys.manifest(paused)))
                .contains(Json.write(second).getBytes(StandardCharsets.UTF_8));
        second.files().stream().filter(f -> f.bytes() < 1 << 20).forEach(objects::get);
    }

    /** Two from now on: what was asked for before the last of them was heard. */
    private void awaitHeartbeats(String id) {
        Set<Instant> beats = new HashSet<>();
        Instant end = Instant.now().plusSeconds(60);
        while (beats.size() < 3) {
            beats.add(inputs.job(id).progress().updatedAt());
            assertThat(Instant.now()).as("heartbeats of job %s", id).isBefore(end);
            LockSupport.parkNanos(20_000_000);
        }
    }

    /** whatever happened to a block's objects, the blocks before it are kept and the artifact has the same bytes. */
    @Test
    void aTornCheckpointCostsTheBlocksFromThereOn() throws InterruptedException {
        String undisturbed = inputs.undisturbedDigest();
        String id = inputs.submit(inputs.model());
        inputs.await(
                id,
                e -> e.type() == JobEvent.Type.BLOCK_COMMITTED
                        && Integer.valueOf(1).equals(e.data().get("block")));
        jobs.requestPause(id);
        inputs.await(id, in(JobState.PAUSED));
        ObjectEntry second = jobs.committedBlocks(id).get(1).objects().getFirst();
        byte[] torn = objects.range(second, 0, (int) second.bytes());
        torn[torn.length / 2] ^= 1;
        objects.put(ObjectKeys.attempt(id, 1, second.name()), torn);
        jobs.resume(id);
        inputs.await(id, in(JobState.SUCCEEDED));
        assertThat(events.read(id, 0, 1000))
                .filteredOn(e -> e.type() == JobEvent.Type.CHECKPOINT_DISCARDED)
                .singleElement()
                .satisfies(e -> assertThat(e.data()).containsEntry("from", 1));
        assertThat(jobs.attempts(id)).extracting("resumedFromBlock").containsExactly(0, 1);
        assertThat(jobs.artifact(id).orElseThrow().digest()).isEqualTo(undisturbed);
    }

    @Test
    void aRunningJobIsCancelledBetweenSteps() throws InterruptedException {
        String id = inputs.submit(inputs.model());
        inputs.await(id, in(JobState.RUNNING));
        jobs.requestCancel(id);
        inputs.await(id, in(JobState.CANCELLED));
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("cancelled");
        assertThat(jobs.artifact(id)).isEmpty();
    }

    @Test
    void aBrokenModelFailsWithItsCause() throws InterruptedException {
        String id =
                inputs.submit(inputs.modelWith("broken", "model.safetensors", "torn".getBytes(StandardCharsets.UTF_8)));
        inputs.await(id, in(JobState.FAILED));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.failure().code()).isEqualTo(FailureCode.MALFORMED_CHECKPOINT);
        assertThat(job.failure().message()).contains("model.safetensors");
        assertThat(job.attempt()).isEqualTo(1);
    }

    /** The prefix takes a token of the context: the worker sees it before it works on a block, not after the last. */
    @Test
    void aWindowThatDoesNotFitBehindThePrefixFailsBeforeAnyBlock() throws InterruptedException {
        String id =
                inputs.submit(inputs.model(), "[{\"dataset\": \"other\", \"protocol\": \"gptq\", \"window\": 512}]");
        inputs.await(id, in(JobState.FAILED));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.failure().code()).isEqualTo(FailureCode.WINDOW_TOO_LONG);
        assertThat(job.failure().message()).contains("use at most 511");
        assertThat(jobs.blocks(id)).isEmpty();
    }
}
