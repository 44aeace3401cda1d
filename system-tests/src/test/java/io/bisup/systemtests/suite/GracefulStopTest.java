package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.suite.Member;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.JobState;
import io.bisup.contract.PerplexitySpec;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A suite with the leases that it is shipped with: a process that is stopped (SIGTERM) hands its work back, one that is killed
 * (SIGKILL) is reported by the next owner of its folder, and in both cases the work goes on as soon as the next process is
 * ready, not when the lease of half a minute has run out.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GracefulStopTest {

    private static final String JOBS = "/v1/quantization-jobs/";
    private static final Duration LIMIT = Duration.ofMinutes(3);

    /** What {@code bisup.work.grace} is when nobody sets it. */
    private static final Duration GRACE = Duration.ofSeconds(15);

    /** Idle for longer than the next process takes to start by so much at most: the rest of a lease is 20 s or more. */
    private static final Duration AT_ONCE = Duration.ofSeconds(10);

    /** Characters that take some seconds to evaluate. */
    private static final int LONG = 100_000;

    private RunningSuite suite;
    private String undisturbed;

    @BeforeAll
    void start(@TempDir Path folder) throws IOException {
        suite = RunningSuite.start(folder, RunningSuite.AS_SHIPPED);
        suite.putText(folder, "long", DemoCorpus.test(Register.STORIES).substring(0, LONG));
        suite.guard();
        undisturbed = finish(suite.submit(RunningSuite.smallJob(List.of())));
    }

    @AfterAll
    void stop() {
        suite.close();
    }

    @Test
    void aWorkerThatIsStoppedHandsItsJobOverAndTheNextGoesOnAtOnce() {
        JobView job = suite.submit(RunningSuite.smallJob(List.of()));
        int committed = inTheMiddle(job);
        Duration stopping = suite.terminate(Member.WORKER);
        Instant ended = Instant.now();
        assertThat(stopping).as("from SIGTERM to the end").isLessThan(GRACE);
        Duration start = suite.awaitReady(Member.WORKER);
        assertThat(finish(job)).isEqualTo(undisturbed);

        JsonNode attempts = attempts(job);
        assertThat(attempts.findValuesAsText("outcome")).containsExactly("returned", "published");
        assertThat(attempts.path(0).path("failure").isObject())
                .as("a hand-over is no failure: %s", attempts)
                .isFalse();
        atOnce("worker stopped in %.1f s".formatted(seconds(stopping)), idle(ended, attempts), start);
        nothingTwice(job, attempts, committed);
    }

    @Test
    void aWorkerThatIsKilledIsReportedByTheNextOne() {
        JobView job = suite.submit(RunningSuite.smallJob(List.of()));
        int committed = inTheMiddle(job);
        suite.kill(Member.WORKER);
        Instant ended = Instant.now();
        Duration start = suite.awaitReady(Member.WORKER);
        assertThat(finish(job)).isEqualTo(undisturbed);

        JsonNode attempts = attempts(job);
        assertThat(attempts.findValuesAsText("outcome")).containsExactly("lost", "published");
        assertThat(attempts.path(0).path("failure").path("message").asText())
                .as("not that its lease ran out")
                .startsWith("the process of worker")
                .endsWith("died");
        atOnce("worker killed", idle(ended, attempts), start);
        nothingTwice(job, attempts, committed);
    }

    @Test
    void anEvaluatorThatIsStoppedHandsItsEvaluationOver() {
        List<EvaluationSpec> evaluation = List.of(
                new PerplexitySpec("long", PerplexitySpec.Protocol.GPTQ, 64),
                new PerplexitySpec("long", PerplexitySpec.Protocol.GPTQ, 128));
        JobView job = suite.submit(RunningSuite.briefJob(evaluation));
        suite.await(job.id(), LIMIT, j -> j.state() == JobState.EVALUATING && measures(job));
        Duration stopping = suite.terminate(Member.EVAL);
        Instant ended = Instant.now();
        assertThat(stopping).as("from SIGTERM to the end").isLessThan(GRACE);
        Duration start = suite.awaitReady(Member.EVAL);
        JsonNode second = secondAttempt(job);
        Instant started = Instant.now();
        assertThat(second.path("failure").isObject())
                .as("a hand-over is no failure: %s", second)
                .isFalse();
        atOnce("evaluator stopped in %.1f s".formatted(seconds(stopping)), Duration.between(ended, started), start);
        finish(job);
        assertThat(evaluation(job).path("attempt").asInt()).isEqualTo(2);
    }

    private JsonNode secondAttempt(JobView job) {
        Instant end = Instant.now().plus(LIMIT);
        JsonNode now = evaluation(job);
        while (now.path("attempt").asInt() < 2) {
            assertThat(Instant.now()).as("it waits: %s", now).isBefore(end);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(50));
            now = evaluation(job);
        }
        return now;
    }

    private JsonNode evaluation(JobView job) {
        return suite.client()
                .get(JOBS + job.id() + "/evaluations")
                .path("items")
                .path(0);
    }

    private boolean measures(JobView job) {
        JsonNode progress = evaluation(job).path("progress");
        return progress.path("done").asInt() > 0
                && !progress.path("what").asText().equals("fetch");
    }

    /** Waits until some blocks are committed and some are not. */
    private int inTheMiddle(JobView job) {
        JobView now = suite.await(job.id(), LIMIT, j -> j.blocksDone() > 0);
        assertThat(now.blocksDone()).isLessThan(now.blocks());
        return now.blocksDone();
    }

    private void nothingTwice(JobView job, JsonNode attempts, int committed) {
        JsonNode events =
                suite.client().get(JOBS + job.id() + "/events?limit=1000").path("events");
        assertThat(HistoryChecker.faults(events, attempts)).as(events::toString).isEmpty();
        assertThat(events.findValuesAsText("type")).doesNotContain("CHECKPOINT_DISCARDED");
        assertThat(attempts.path(1).path("resumedFromBlock").asInt()).isGreaterThanOrEqualTo(committed);
    }

    private static Duration idle(Instant ended, JsonNode attempts) {
        return Duration.between(
                ended, Instant.parse(attempts.path(1).path("startedAt").asText()));
    }

    private static void atOnce(String what, Duration idle, Duration start) {
        System.out.printf(
                "GracefulStopTest: %s; the work idle for %.1f s, of which the next process took %.1f s to be ready%n",
                what, seconds(idle), seconds(start));
        assertThat(idle.minus(start)).as("idle besides the start of a process").isLessThan(AT_ONCE);
    }

    private JsonNode attempts(JobView job) {
        return suite.client().get(JOBS + job.id() + "/attempts");
    }

    /** The artifact's digest once the job has succeeded. */
    private String finish(JobView job) {
        JobView done = suite.await(job.id(), LIMIT);
        assertThat(done.state()).as(() -> done.json().toString()).isEqualTo(JobState.SUCCEEDED);
        return suite.artifact(job.id()).path("digest").asText();
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1e3;
    }
}
