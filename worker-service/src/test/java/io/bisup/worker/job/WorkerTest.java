package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Jobs from submission to artifact on the demo model, through the real stores, with the worker of this process. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class WorkerTest {

    @Inject
    JobStore jobs;

    @Inject
    Inputs inputs;

    @Inject
    ObjectStore objects;

    @Test
    void aPausedJobResumesAtItsLastBlockAndMakesTheSameBytes() throws InterruptedException {
        String whole = inputs.submit(inputs.model());
        inputs.await(whole, in(JobState.SUCCEEDED));
        String paused = inputs.submit(inputs.model());
        inputs.await(paused, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        jobs.requestPause(paused);
        inputs.await(paused, in(JobState.PAUSED));
        int committed = jobs.committedBlocks(paused).size();
        assertThat(committed).isBetween(1, Inputs.BLOCKS - 1);
        jobs.resume(paused);
        inputs.await(paused, in(JobState.SUCCEEDED));

        assertThat(jobs.attempts(paused)).extracting("resumedFromBlock").containsExactly(0, committed);
        assertThat(jobs.blocks(paused)).extracting("attempt").contains(1, 2);
        ArtifactManifest first = jobs.artifact(whole).orElseThrow();
        ArtifactManifest second = jobs.artifact(paused).orElseThrow();
        assertThat(second.digest()).isEqualTo(first.digest());
        assertThat(second.files()).hasSizeGreaterThan(Inputs.BLOCKS);
        assertThat(objects.read(ObjectKeys.manifest(paused)))
                .contains(Json.write(second).getBytes(StandardCharsets.UTF_8));
        second.files().stream().filter(f -> f.bytes() < 1 << 20).forEach(objects::get);
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
        String id = inputs.submit(
                inputs.modelWith("broken", "model.safetensors", "torn".getBytes(StandardCharsets.UTF_8)));
        inputs.await(id, in(JobState.FAILED));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.failure().code()).isEqualTo(FailureCode.MALFORMED_CHECKPOINT);
        assertThat(job.failure().message()).contains("model.safetensors");
        assertThat(job.attempt()).isEqualTo(1);
    }

    /** The prefix takes a token of the context: the worker sees it before it works on a block, not after the last. */
    @Test
    void aWindowThatDoesNotFitBehindThePrefixFailsBeforeAnyBlock() throws InterruptedException {
        String id = inputs.submit(inputs.model(), "[{\"dataset\": \"other\", \"protocol\": \"gptq\", \"window\": 512}]");
        inputs.await(id, in(JobState.FAILED));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.failure().code()).isEqualTo(FailureCode.WINDOW_TOO_LONG);
        assertThat(job.failure().message()).contains("use at most 511");
        assertThat(jobs.blocks(id)).isEmpty();
    }
}
