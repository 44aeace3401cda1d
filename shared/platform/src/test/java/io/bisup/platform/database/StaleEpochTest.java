package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.Measurement;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** An attempt that was taken over writes nothing more, whatever it tries. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class StaleEpochTest {

    private static final int ZOMBIES = Integer.getInteger("bisup.zombies", 30);
    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Failure FAILURE = Failure.of(FailureCode.INTERNAL, "boom");

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EventStream events;

    @Inject
    Sweeper sweeper;

    @Test
    void everyWriteOfAnOlderEpochIsRefused() {
        String id = jobs.submit(Given.job()).job().id();
        Claim stale = jobs.claim(id, "zombie", Duration.ZERO).orElseThrow();
        assertThat(jobs.claim(id, "w2", LEASE)).isPresent();
        assertNothingIsWritten(id, stale);
    }

    @Test
    void everyWriteAfterTheSweeperTookTheJobAwayIsRefused() {
        String id = jobs.submit(Given.job()).job().id();
        Claim stale = jobs.claim(id, "zombie", Duration.ZERO).orElseThrow();
        sweeper.sweep();
        assertNothingIsWritten(id, stale);
    }

    /** attempts that slept while their jobs were finished elsewhere wake and change nothing. */
    @Test
    void zombiesThatWakeAfterTheEndChangeNothing() {
        for (int i = 0; i < ZOMBIES; i++) {
            String id = jobs.submit(
                            Given.job("{\"evaluation\":[]}", UUID.randomUUID().toString()))
                    .job()
                    .id();
            Claim stale = jobs.claim(id, "zombie", Duration.ZERO).orElseThrow();
            Claim second = jobs.claim(id, "w2", LEASE).orElseThrow();
            IntStream.range(0, Given.BLOCKS).forEach(block -> jobs.commitBlock(second, Given.block(block), List.of()));
            jobs.publish(second, Given.manifest(second));
            ArtifactManifest artifact = jobs.artifact(id).orElseThrow();
            assertRefused(id, stale);
            assertThat(jobs.artifact(id)).contains(artifact);
        }
    }

    private void assertNothingIsWritten(String id, Claim stale) {
        assertRefused(id, stale);
        assertThat(jobs.artifact(id)).isEmpty();
    }

    private void assertRefused(String id, Claim stale) {
        JobRecord before = jobs.find(id).orElseThrow();
        int told = events.read(id, 0, 1000).size();
        Map<String, ThrowingCallable> writes = Map.of(
                "heartbeat", () -> jobs.heartbeat(stale, Given.progress(1)),
                "commitBlock", () -> jobs.commitBlock(stale, Given.block(0), List.of()),
                "discardBlocks", () -> jobs.discardBlocks(stale, 0, "torn"),
                "publish", () -> jobs.publish(stale, Given.manifest(stale)),
                "fail", () -> jobs.fail(stale, FAILURE),
                "giveBack", () -> jobs.giveBack(stale),
                "acknowledgeCancel", () -> jobs.acknowledgeCancel(stale),
                "acknowledgePause", () -> jobs.acknowledgePause(stale));
        writes.forEach((name, write) -> assertThatThrownBy(write).as(name).isInstanceOf(StaleEpochException.class));
        assertThat(jobs.find(id).orElseThrow()).isEqualTo(before);
        assertThat(events.read(id, 0, 1000)).hasSize(told);
    }

    @Test
    void everyWriteOfAnOlderEvaluationEpochIsRefused() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        String evaluation = evaluations.ofJob(id).getFirst().id();
        EvaluationClaim stale =
                evaluations.claim(evaluation, "zombie", Duration.ZERO).orElseThrow();
        sweeper.sweep();
        EvaluationClaim current = evaluations.claim(evaluation, "e2", LEASE).orElseThrow();
        List<Measurement> results = List.of(new Measurement(Given.perplexity(11), Given.perplexity(10)));
        Map<String, ThrowingCallable> writes = Map.of(
                "heartbeat", () -> evaluations.heartbeat(stale),
                "complete", () -> evaluations.complete(stale, results),
                "fail", () -> evaluations.fail(stale, FAILURE),
                "giveBack", () -> evaluations.giveBack(stale));
        writes.forEach((name, write) -> assertThatThrownBy(write).as(name).isInstanceOf(StaleEpochException.class));
        evaluations.complete(current, results);
        assertThat(jobs.find(id).orElseThrow().measurements()).isEqualTo(results);
    }
}
