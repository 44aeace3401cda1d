package io.bisup.platform.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.database.Given;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationRecord;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a killed process held is queued again as soon as another has its folder, an hour before the lease ends. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class PredecessorTest {

    private static final Duration LEASE = Duration.ofHours(1);

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EvaluationJobStore evaluationJobs;

    @Inject
    Predecessor predecessor;

    @TempDir
    Path folder;

    @Test
    void anEvaluationOfItsOwn() throws Exception {
        String id = evaluationJobs.submit(Given.evaluationJob()).id();
        EvaluationClaim claim = evaluationJobs.claimJob(id, "e1", LEASE).orElseThrow();
        try (Holder holder = Holder.start(folder, id, claim.epoch())) {
            takeFolder();
            assertThat(evaluationJob(id)).returns(EvaluationState.RUNNING, EvaluationJobRecord::state);
            holder.kill();
        }
        takeFolder();
        assertThat(evaluationJob(id))
                .returns(EvaluationState.QUEUED, EvaluationJobRecord::state)
                .returns(1, EvaluationJobRecord::attempt);
        assertDied(evaluationJob(id).failure());
        assertThatThrownBy(() -> evaluationJobs.heartbeat(claim)).isInstanceOf(StaleEpochException.class);
    }

    @Test
    void aJobsEvaluation() throws Exception {
        String job = jobs.submit(Given.job()).job().id();
        Claim made = jobs.claim(job, "w1", LEASE).orElseThrow();
        jobs.publish(made, Given.manifest(made));
        String id = evaluations.ofJob(job).getFirst().id();
        EvaluationClaim claim = evaluations.claim(id, "e1", LEASE).orElseThrow();
        try (Holder holder = Holder.start(folder, id, claim.epoch())) {
            holder.kill();
        }
        takeFolder();
        EvaluationRecord lost = evaluations.find(id).orElseThrow();
        assertThat(lost).returns(EvaluationState.QUEUED, EvaluationRecord::state);
        assertDied(lost.failure());
        assertThat(jobs.find(job).orElseThrow().state()).isEqualTo(JobState.EVALUATING);
        assertThatThrownBy(() -> evaluations.heartbeat(claim)).isInstanceOf(StaleEpochException.class);
    }

    /** Its lease ran out and another has it: then the dead one's journal is of no account. */
    @Test
    void aClaimThatAnotherTookOverIsLeftAlone() throws Exception {
        String id = evaluationJobs.submit(Given.evaluationJob()).id();
        EvaluationClaim first = evaluationJobs.claimJob(id, "e1", LEASE).orElseThrow();
        evaluationJobs.giveBack(first);
        EvaluationClaim second = evaluationJobs.claimJob(id, "e2", LEASE).orElseThrow();
        try (Holder holder = Holder.start(folder, id, first.epoch())) {
            holder.kill();
        }
        takeFolder();
        evaluationJobs.heartbeat(second);
        assertThat(evaluationJob(id)).returns(null, EvaluationJobRecord::failure);
    }

    private EvaluationJobRecord evaluationJob(String id) {
        return evaluationJobs.findJob(Tenant.DEFAULT, id).orElseThrow();
    }

    private static void assertDied(Failure failure) {
        assertThat(failure).returns(FailureCode.LEASE_LOST, Failure::code);
        assertThat(failure.message()).isEqualTo("the process of evaluator e1 died");
    }

    /** The first free folder, as a process does that starts. */
    private void takeFolder() throws IOException {
        try (WorkFolder taken = WorkFolder.take(folder)) {
            predecessor.report(taken.journal());
            assertThat(taken.journal().left()).isEmpty();
        }
    }

    /** A process that has a folder, and a claim noted in it. */
    record Holder(Process process) implements AutoCloseable {

        static Holder start(Path folder, String id, long epoch) throws IOException {
            Process process = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-XX:TieredStopAtLevel=1",
                            "-cp",
                            System.getProperty("java.class.path"),
                            Holder.class.getName(),
                            folder.toString(),
                            id,
                            String.valueOf(epoch))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            assertThat(process.inputReader().readLine()).isEqualTo("held");
            return new Holder(process);
        }

        /** Holds until it is killed, or until whoever started it ends. */
        public static void main(String[] args) throws IOException {
            try (WorkFolder folder = WorkFolder.take(Path.of(args[0]))) {
                folder.journal().begin(args[1], Long.parseLong(args[2]));
                System.out.println("held");
                int end = System.in.read();
                System.out.println("ends by itself: " + end);
            }
        }

        /** SIGKILL. */
        void kill() throws InterruptedException {
            process.destroyForcibly().waitFor();
        }

        @Override
        public void close() {
            process.destroyForcibly();
        }
    }
}
