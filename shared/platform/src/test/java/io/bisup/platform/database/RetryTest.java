package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.CommittedBlock;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Origin;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.bisup.platform.work.Collector;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A retry goes on behind the blocks of the job that it tries again, and their objects stay as long as anybody needs them. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class RetryTest {

    private static final Duration LEASE = Duration.ofMinutes(5);

    @Inject
    JobStore jobs;

    @Inject
    EventStream events;

    @Inject
    ObjectStore objects;

    @Inject
    Collector collector;

    @Test
    void aRetryFindsTheCommittedBlocksAsItsOwn() {
        String failed = failed(2);
        JobRecord retry = retry(failed);
        assertThat(retry.origin()).isEqualTo(new Origin(Origin.Kind.RETRY, failed));
        assertThat(retry.state()).isEqualTo(JobState.QUEUED);
        assertThat(events.read(retry.id(), 0, 10).getFirst().data())
                .isEqualTo(Map.of("state", "QUEUED", "retryOf", failed, "blocksTakenOver", 2));
        assertThat(jobs.committedBlocks(retry.id()))
                .extracting(CommittedBlock::objects)
                .isEqualTo(jobs.committedBlocks(failed).stream()
                        .map(CommittedBlock::objects)
                        .toList());
        assertThat(jobs.blocks(retry.id())).extracting("attempt").containsExactly(0, 0);
        Claim claim = claim(retry.id());
        assertThat(jobs.attempts(retry.id())).extracting("resumedFromBlock").containsExactly(2);
        commit(claim, 2);
        assertThat(jobs.blocks(retry.id())).extracting("block", "attempt").contains(tuple(2, 1));
        assertThat(jobs.find(failed).orElseThrow().state()).isEqualTo(JobState.FAILED);
        assertThat(jobs.blocks(failed)).hasSize(2);
    }

    @Test
    void whatIsOfNoUseIsMadeAnewInTheRetryAlone() {
        String failed = failed(2);
        String retry = retry(failed).id();
        jobs.discardBlocks(claim(retry), 1, "other code");
        assertThat(jobs.blocks(retry)).hasSize(1);
        assertThat(jobs.blocks(failed)).hasSize(2);
    }

    @Test
    void aCloneBeginsAnew() {
        String failed = failed(2);
        JobRecord clone = jobs.submit(Given.job(Origin.Kind.CLONE, failed)).job();
        assertThat(clone.origin()).isEqualTo(new Origin(Origin.Kind.CLONE, failed));
        assertThat(jobs.blocks(clone.id())).isEmpty();
    }

    @Test
    void onlyWhatFailedOrWasCancelledIsRetried() {
        String live = jobs.submit(Given.job()).job().id();
        assertThatThrownBy(() -> retry(live))
                .isInstanceOf(IllegalTransitionException.class)
                .hasMessageContaining(":cancel")
                .hasMessageContaining(":clone");
        jobs.requestCancel(live);
        assertThat(retry(live).state()).isEqualTo(JobState.QUEUED);
        String done = jobs.submit(Given.job("{\"evaluation\":[]}", key())).job().id();
        Claim claim = claim(done);
        jobs.publish(claim, Given.manifest(claim));
        assertThatThrownBy(() -> retry(done)).isInstanceOf(IllegalTransitionException.class);
    }

    @Test
    void theSameKeyIsTheSameRetry() throws Exception {
        String failed = failed(1);
        String key = key();
        Callable<String> retry = () ->
                jobs.submit(Given.job(Origin.Kind.RETRY, failed, key)).job().id();
        try (var threads = Executors.newFixedThreadPool(8)) {
            List<String> ids = threads
                    .invokeAll(IntStream.range(0, 40).mapToObj(i -> retry).toList())
                    .stream()
                    .map(f -> f.resultNow())
                    .toList();
            assertThat(ids).containsOnly(ids.getFirst());
            assertThat(jobs.blocks(ids.getFirst())).hasSize(1);
        }
        assertThatThrownBy(() -> jobs.submit(Given.job(Origin.Kind.CLONE, failed, key)))
                .isInstanceOf(IdempotencyConflictException.class);
    }

    @Test
    void objectsStayWhileARetryNeedsThemAndAsLongAsItsArtifactNamesThem() {
        String first = failed(2);
        String second = retry(first).id();
        Claim claim = claim(second);
        ObjectEntry own = commit(claim, 2);
        collect();
        assertThat(objects.listAttempts(first)).as("the retry goes on").hasSize(2);
        jobs.fail(claim, Failure.of(FailureCode.MALFORMED_CHECKPOINT, "torn"));
        String third = retry(second).id();
        assertThat(jobs.blocks(third)).hasSize(3);
        collect();
        ObjectEntry kept = jobs.committedBlocks(third).getFirst().objects().getFirst();
        assertThat(objects.get(kept)).as("a retry of the retry").isNotEmpty();
        publish(claim(third), List.of(kept, own));
        collect();
        assertThat(objects.listAttempts(first)).containsExactly(kept.key());
        assertThat(objects.listAttempts(second)).containsExactly(own.key());
        assertThat(objects.listAttempts(third)).isEmpty();
        assertThat(jobs.blocks(retry(first).id()))
                .as("what is gone is not taken over")
                .isEmpty();
    }

    /** A retry and the collector at the same moment: either the retry has the blocks and they stay, or it has none. */
    @Test
    void aRetryRacesTheCollector() throws Exception {
        for (int round = 0; round < 20; round++) {
            String failed = failed(2);
            try (var threads = Executors.newFixedThreadPool(2)) {
                var retried = threads.submit(() -> retry(failed).id());
                threads.submit(this::collect).get();
                for (CommittedBlock block : jobs.committedBlocks(retried.get())) {
                    assertThat(objects.get(block.objects().getFirst())).isNotEmpty();
                }
                jobs.requestCancel(retried.get());
            }
        }
    }

    private JobRecord retry(String older) {
        return jobs.submit(Given.job(Origin.Kind.RETRY, older)).job();
    }

    /** A job that failed for good behind so many blocks. */
    private String failed(int blocks) {
        String id = jobs.submit(Given.job("{\"evaluation\":[]}", key())).job().id();
        Claim claim = claim(id);
        IntStream.range(0, blocks).forEach(block -> commit(claim, block));
        jobs.fail(claim, Failure.of(FailureCode.MALFORMED_CHECKPOINT, "torn"));
        return id;
    }

    private ObjectEntry commit(Claim claim, int block) {
        ObjectEntry shard = objects.put(
                ObjectKeys.attempt(claim.jobId(), claim.attempt(), "block-" + block), new byte[] {(byte) block});
        jobs.commitBlock(claim, Given.block(block), List.of(shard));
        return shard;
    }

    private void publish(Claim claim, List<ObjectEntry> files) {
        ArtifactManifest given = Given.manifest(claim);
        jobs.publish(
                claim,
                new ArtifactManifest(
                        given.format(),
                        given.formatVersion(),
                        claim.jobId(),
                        claim.attempt(),
                        given.model(),
                        given.modelDigest(),
                        given.recipe(),
                        files,
                        List.of(),
                        Digests.of(files)));
    }

    private void collect() {
        while (!jobs.uncollected(1).isEmpty()) {
            collector.collect();
        }
    }

    private Claim claim(String id) {
        return jobs.claim(id, "w1", LEASE).orElseThrow();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    private static org.assertj.core.groups.Tuple tuple(Object... values) {
        return org.assertj.core.groups.Tuple.tuple(values);
    }
}
