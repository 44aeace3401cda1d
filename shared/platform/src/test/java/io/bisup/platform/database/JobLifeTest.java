package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Measurement;
import io.bisup.contract.Progress;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobQuery;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Page;
import io.bisup.platform.job.Signal;
import io.bisup.platform.job.Submission;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class JobLifeTest {

    private static final Duration LEASE = Duration.ofSeconds(30);

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EventStream events;

    @Test
    void aJobGoesFromSubmissionToSuccess() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        assertThat(claim.attempt()).isEqualTo(1);
        assertThat(claim.work().model()).isEqualTo(Given.model());
        assertThat(jobs.heartbeat(claim, Given.progress(0))).isEqualTo(Signal.CONTINUE);
        for (int block = 0; block < Given.BLOCKS; block++) {
            jobs.commitBlock(claim, Given.block(block), List.of(Given.entry("block-" + block)));
        }
        assertThat(jobs.committedBlocks(id)).extracting(b -> b.report().block()).containsExactly(0, 1, 2);
        assertThat(jobs.find(id).orElseThrow().progress())
                .as("what is committed, although the last heartbeat knew of no block")
                .extracting(Progress::blocksDone)
                .isEqualTo(Given.BLOCKS);
        assertThat(jobs.publish(claim, Given.manifest(claim))).isEqualTo(JobState.EVALUATING);
        assertThat(jobs.artifact(id)).contains(Given.manifest(claim));

        EvaluationClaim evaluation = claimEvaluation(id);
        assertThat(evaluation.work().dataset("wiki")).isEqualTo(Given.dataset("wiki"));
        evaluations.heartbeat(evaluation);
        Measurement measured = new Measurement(Given.perplexity(11), Given.perplexity(10));
        evaluations.complete(evaluation, List.of(measured));

        JobRecord done = jobs.find(id).orElseThrow();
        assertThat(done.state()).isEqualTo(JobState.SUCCEEDED);
        assertThat(done.measurements()).containsExactly(measured);
        assertThat(done.finishedAt()).isNotNull();
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("published");
        assertThat(evaluations.ofJob(id)).extracting("state").containsExactly(EvaluationState.SUCCEEDED);
        assertGapFree(id);
    }

    @Test
    void aMissedGateFailsTheJobAndKeepsTheArtifact() {
        String id = jobs.submit(Given.job(
                        "{\"qualityGate\":{\"maxPerplexityRatio\":1.05}}",
                        UUID.randomUUID().toString()))
                .job()
                .id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        evaluations.complete(claimEvaluation(id), List.of(new Measurement(Given.perplexity(11), Given.perplexity(10))));
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure().code()).isEqualTo(FailureCode.QUALITY_GATE_MISSED);
        assertThat(job.failure().message())
                .contains("11.0000")
                .contains("1.1000")
                .contains("1.0500");
        assertThat(jobs.artifact(id)).isPresent();
    }

    @Test
    void aFailedEvaluationIsTriedAgainAndThenFailsTheJob() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        Failure broken = Failure.of(FailureCode.DATASET_TOO_SHORT, "wiki has 3 tokens, a window needs 128");
        assertThat(evaluations.fail(claimEvaluation(id), broken)).isEqualTo(EvaluationState.FAILED);
        JobRecord job = jobs.find(id).orElseThrow();
        assertThat(job.state()).isEqualTo(JobState.FAILED);
        assertThat(job.failure()).isEqualTo(broken);
        assertThat(job.artifactDigest()).isNotNull();
    }

    @Test
    void aJobWithoutEvaluationSucceedsWhenPublished() {
        String id = jobs.submit(
                        Given.job("{\"evaluation\":[]}", UUID.randomUUID().toString()))
                .job()
                .id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        assertThat(jobs.publish(claim, Given.manifest(claim))).isEqualTo(JobState.SUCCEEDED);
    }

    @Test
    void blocksAreCommittedInOrder() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        assertThatThrownBy(() -> jobs.commitBlock(claim, Given.block(1), List.of()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("the next one is 0");
        jobs.commitBlock(claim, Given.block(0), List.of());
        jobs.discardBlocks(claim, 0, "made by another version");
        assertThat(jobs.blocks(id)).isEmpty();
        assertThat(jobs.attempts(id)).extracting("resumedFromBlock").containsExactly(0);
        assertThat(events.read(id, 0, 100).getLast())
                .returns(JobEvent.Type.CHECKPOINT_DISCARDED, JobEvent::type)
                .extracting(e -> e.data().get("reason"))
                .isEqualTo("made by another version");
        jobs.commitBlock(claim, Given.block(0), List.of());
    }

    @Test
    void failuresAreTriedAgainAsOftenAsTheirCodeAllows() {
        String id = jobs.submit(Given.job()).job().id();
        Failure capacity = Failure.of(FailureCode.OUT_OF_MEMORY, "no memory");
        assertThat(jobs.fail(claimWhenDue(id), capacity)).isEqualTo(JobState.QUEUED);
        assertThat(jobs.fail(claimWhenDue(id), capacity)).isEqualTo(JobState.FAILED);
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("failed", "failed");

        String input = jobs.submit(Given.job()).job().id();
        assertThat(jobs.fail(claimWhenDue(input), Failure.of(FailureCode.MALFORMED_CHECKPOINT, "torn")))
                .isEqualTo(JobState.FAILED);
        assertGapFree(input);
    }

    @Test
    void failuresAfterProgressStartANewAllowance() {
        String id = jobs.submit(Given.job()).job().id();
        Failure capacity = Failure.of(FailureCode.OUT_OF_MEMORY, "no memory");
        for (int block = 0; block < Given.BLOCKS; block++) {
            Claim claim = claimWhenDue(id);
            jobs.commitBlock(claim, Given.block(block), List.of());
            assertThat(jobs.fail(claim, capacity)).isEqualTo(JobState.QUEUED);
        }
    }

    @Test
    void aQueuedJobIsCancelledAtOnceAndARunningOneWhenItsWorkerStopped() {
        String queued = jobs.submit(Given.job()).job().id();
        assertThat(jobs.requestCancel(queued).state()).isEqualTo(JobState.CANCELLED);
        assertThat(jobs.requestCancel(queued).state()).isEqualTo(JobState.CANCELLED);
        assertThat(jobs.claim(queued, "w1", LEASE)).isEmpty();
        assertGapFree(queued);

        String running = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(running, "w1", LEASE).orElseThrow();
        assertThat(jobs.requestCancel(running).state()).isEqualTo(JobState.CANCELLING);
        assertThat(jobs.heartbeat(claim, Given.progress(0))).isEqualTo(Signal.CANCEL);
        jobs.acknowledgeCancel(claim);
        assertThat(jobs.find(running).orElseThrow().state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aJobThatIsEvaluatedIsCancelledWithItsEvaluation() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        EvaluationClaim evaluation = claimEvaluation(id);
        assertThat(jobs.requestCancel(id).state()).isEqualTo(JobState.CANCELLED);
        assertThatThrownBy(() -> evaluations.heartbeat(evaluation))
                .isInstanceOf(io.bisup.platform.job.StaleEpochException.class);
        assertThat(evaluations.ofJob(id)).extracting("state").containsExactly(EvaluationState.CANCELLED);
    }

    @Test
    void aTerminalJobCannotBeCancelled() {
        String id = jobs.submit(
                        Given.job("{\"evaluation\":[]}", UUID.randomUUID().toString()))
                .job()
                .id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        assertThatThrownBy(() -> jobs.requestCancel(id))
                .isInstanceOf(IllegalTransitionException.class)
                .hasMessageContaining("SUCCEEDED");
    }

    @Test
    void aJobPausesAndResumes() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        assertThat(jobs.requestPause(id).pauseRequested()).isTrue();
        assertThat(jobs.heartbeat(claim, Given.progress(0))).isEqualTo(Signal.PAUSE);
        jobs.acknowledgePause(claim);
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.PAUSED);
        assertThat(jobs.claim(id, "w1", LEASE)).isEmpty();
        assertThat(jobs.resume(id).state()).isEqualTo(JobState.QUEUED);
        assertThat(jobs.claim(id, "w2", LEASE).orElseThrow().attempt()).isEqualTo(2);
    }

    @Test
    void aReturnedJobIsQueuedWithoutUsingAnAllowance() {
        String id = jobs.submit(Given.job()).job().id();
        for (int i = 0; i < 12; i++) {
            jobs.giveBack(jobs.claim(id, "w1", LEASE).orElseThrow());
        }
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void theSameKeyMakesTheSameJobAndAnotherRequestIsRefused() {
        String key = UUID.randomUUID().toString();
        Submission first = jobs.submit(Given.job("{}", key));
        Submission again = jobs.submit(Given.job("{}", key));
        assertThat(first.created()).isTrue();
        assertThat(again.created()).isFalse();
        assertThat(again.job().id()).isEqualTo(first.job().id());
        assertThatThrownBy(() -> jobs.submit(Given.job("{\"labels\":{\"team\":\"a\"}}", key)))
                .isInstanceOf(IdempotencyConflictException.class);
    }

    @Test
    void listsPageThroughAllJobsNewestFirst() {
        String team = UUID.randomUUID().toString();
        List<String> made = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            made.addFirst(jobs.submit(Given.job(
                            "{\"labels\":{\"team\":\"" + team + "\"}}",
                            UUID.randomUUID().toString()))
                    .job()
                    .id());
        }
        List<String> seen = new ArrayList<>();
        String token = null;
        do {
            Page<JobRecord> page = jobs.list(
                    new JobQuery("default", Set.of(JobState.QUEUED), "tiny", Map.of("team", team), null, token, 2));
            page.items().forEach(j -> seen.add(j.id()));
            token = page.nextPageToken();
        } while (token != null);
        assertThat(seen).isEqualTo(made);
        assertThatThrownBy(() -> jobs.list(new JobQuery("default", Set.of(), null, Map.of(), null, "x' or 1=1", 2)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(jobs.find("../../etc")).isEmpty();
    }

    private Claim claimWhenDue(String id) {
        // The back-off of the tests is 10 ms: asking again is waiting.
        for (int i = 0; i < 100_000; i++) {
            var claim = jobs.claim(id, "w1", LEASE);
            if (claim.isPresent()) {
                return claim.get();
            }
        }
        throw new AssertionError("job " + id + " never became due");
    }

    private EvaluationClaim claimEvaluation(String jobId) {
        String id = evaluations.ofJob(jobId).getFirst().id();
        return evaluations.claim(id, "e1", LEASE).orElseThrow();
    }

    private void assertGapFree(String id) {
        List<JobEvent> all = events.read(id, 0, 1000);
        assertThat(all)
                .extracting(JobEvent::sequence)
                .containsExactlyElementsOf(
                        LongStream.rangeClosed(1, all.size()).boxed().toList());
        assertThat(jobs.find(id).orElseThrow().lastSequence()).isEqualTo(all.size());
        long terminal = all.stream()
                .filter(e -> e.type() == JobEvent.Type.STATE_CHANGED)
                .filter(e -> JobState.valueOf((String) e.data().get("state")).terminal())
                .count();
        assertThat(terminal).isEqualTo(1);
    }
}
