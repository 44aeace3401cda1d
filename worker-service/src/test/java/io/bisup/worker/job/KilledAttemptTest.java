package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Phase;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import org.junit.jupiter.api.Test;

/** An attempt's process dies; the worker lives on, says how, and works on. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class KilledAttemptTest {

    @Inject
    JobStore jobs;

    @Inject
    Inputs inputs;

    @Test
    void aKilledProcessCostsOneBlockAndTheJobSucceedsWithTheSameBytes() throws InterruptedException {
        String undisturbed = inputs.undisturbedDigest();
        String id = inputs.submit(inputs.model());
        inputs.await(id, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED);
        AttemptProcessHandles.kill();
        inputs.await(id, in(JobState.SUCCEEDED));
        List<Attempt> attempts = jobs.attempts(id);
        assertThat(attempts).extracting("outcome").containsExactly("failed", "published");
        assertThat(attempts.getFirst().failure())
                .returns(FailureCode.ATTEMPT_KILLED, f -> f.code())
                .returns(Phase.BLOCKS, f -> f.phase())
                .returns(attempts.getLast().resumedFromBlock(), f -> f.block())
                .satisfies(f -> assertThat(f.message()).contains("SIGKILL"));
        assertThat(jobs.artifact(id).orElseThrow().digest()).isEqualTo(undisturbed);
    }

    /** A tokenizer cut inside its "decoder" makes the native library abort its process. */
    @Test
    void aJobThatAbortsTwoProcessesFailsWithTheirLogAndBlocksNobody() throws Exception {
        String id = inputs.submit(inputs.modelWith("aborting", "tokenizer.json", cutInsideTheDecoder()));
        String next = inputs.submit(inputs.model());
        inputs.await(id, in(JobState.FAILED));
        JobRecord job = inputs.job(id);
        assertThat(job.attempt()).isEqualTo(2);
        assertThat(job.failure().code()).isEqualTo(FailureCode.ATTEMPT_KILLED);
        assertThat(job.failure().message()).contains("SIGABRT");
        assertThat(jobs.attempts(id)).allSatisfy(a -> assertThat(a.logTail()).contains("panic"));
        inputs.await(next, in(JobState.SUCCEEDED));
    }

    private static byte[] cutInsideTheDecoder() throws IOException {
        String json = Files.readString(Inputs.MODEL.resolve("tokenizer.json"));
        int decoder = json.indexOf("\"decoder\"");
        assertThat(decoder).isPositive();
        return json.substring(0, json.indexOf(':', json.indexOf('{', decoder)) + 1)
                .getBytes(StandardCharsets.UTF_8);
    }
}
