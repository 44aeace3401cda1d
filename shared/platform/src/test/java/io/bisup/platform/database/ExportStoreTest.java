package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.ArtifactExport;
import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.Digests;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.ExportClaim;
import io.bisup.platform.job.ExportRecord;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exports of an artifact: one of a form, fenced, never lost. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class ExportStoreTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final List<ObjectEntry> FILES = List.of(Given.entry("model.gguf"));

    @Inject
    JobStore jobs;

    @Inject
    ExportStore exports;

    @Inject
    Sweeper sweeper;

    private String artifact = "";

    @BeforeEach
    void publish() {
        // Nothing that another test left waits: the next claim is this test's.
        Optional<ExportClaim> left = exports.claimNext("w0", LEASE);
        while (left.isPresent()) {
            exports.complete(left.get(), FILES);
            left = exports.claimNext("w0", LEASE);
        }
        artifact = publish(List.of());
    }

    private String publish(List<ArtifactExport> made) {
        String id = jobs.submit(Given.job("{\"evaluation\":[]}", key())).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        ArtifactManifest given = Given.manifest(claim);
        assertThat(jobs.publish(
                        claim,
                        new ArtifactManifest(
                                given.format(),
                                given.formatVersion(),
                                given.jobId(),
                                given.attempt(),
                                given.model(),
                                given.modelDigest(),
                                given.recipe(),
                                given.files(),
                                made,
                                given.digest())))
                .isEqualTo(JobState.SUCCEEDED);
        return id;
    }

    @Test
    void aFormIsMadeOnceWhateverTheKeys() {
        String key = key();
        ExportStore.Submitted first = submit(ExportFormat.GGUF, key);
        assertThat(first.created()).isTrue();
        assertThat(submit(ExportFormat.GGUF, key)).isEqualTo(new ExportStore.Submitted(first.export(), false));
        assertThat(submit(ExportFormat.GGUF, key())).isEqualTo(new ExportStore.Submitted(first.export(), false));
        assertThatThrownBy(() -> submit(ExportFormat.AWQ, key)).isInstanceOf(IdempotencyConflictException.class);
        assertThatThrownBy(() -> exports.submit(
                        new ExportStore.New("default", UUID.randomUUID().toString(), ExportFormat.GGUF, key())))
                .isInstanceOf(JobNotFoundException.class);
        ExportClaim claim = claim();
        assertThat(claim.artifact()).isEqualTo(jobs.artifact(artifact).orElseThrow());
        exports.complete(claim, FILES);
        ExportRecord made = exports.ofArtifact(artifact).getFirst();
        assertThat(made.state()).isEqualTo(ExportState.SUCCEEDED);
        assertThat(made.files()).isEqualTo(FILES);
        assertThat(made.digest()).isEqualTo(Digests.of(FILES));
        assertThat(submit(ExportFormat.GGUF, key()).export()).isEqualTo(made);
    }

    @Test
    void ofManyPostsAtOnceOneMakesTheExport() throws Exception {
        List<Future<ExportStore.Submitted>> answers = new ArrayList<>();
        try (ExecutorService racers = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int racer = 0; racer < 8; racer++) {
                answers.add(racers.submit(() -> submit(ExportFormat.GPTQ, key())));
            }
        }
        List<ExportStore.Submitted> all = new ArrayList<>();
        for (Future<ExportStore.Submitted> answer : answers) {
            all.add(answer.get());
        }
        assertThat(all.stream().filter(ExportStore.Submitted::created)).hasSize(1);
        assertThat(all.stream().map(s -> s.export().id()).distinct()).hasSize(1);
        assertThat(exports.ofArtifact(artifact)).hasSize(1);
    }

    @Test
    void whatFailedOrWasCancelledIsAskedForAnew() {
        String failed = submit(ExportFormat.PEFT, key()).export().id();
        assertThat(exports.fail(claim(), Failure.of(FailureCode.UNSUPPORTED_RECIPE, "no branches")))
                .isEqualTo(ExportState.FAILED);
        String cancelled = submit(ExportFormat.PEFT, key()).export().id();
        ExportClaim claim = claim();
        assertThat(exports.cancel(artifact, cancelled).state()).isEqualTo(ExportState.CANCELLED);
        assertThatThrownBy(() -> exports.heartbeat(claim, null)).isInstanceOf(StaleEpochException.class);
        assertThatThrownBy(() -> exports.cancel(publish(List.of()), cancelled))
                .isInstanceOf(JobNotFoundException.class);
        String third = submit(ExportFormat.PEFT, key()).export().id();
        assertThat(exports.ofArtifact(artifact))
                .extracting(ExportRecord::id, ExportRecord::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(failed, ExportState.FAILED),
                        org.assertj.core.groups.Tuple.tuple(cancelled, ExportState.CANCELLED),
                        org.assertj.core.groups.Tuple.tuple(third, ExportState.QUEUED));
    }

    @Test
    void aLostAttemptIsQueuedAgainAndWritesNothingMore() {
        String id = submit(ExportFormat.HF_FAKE, key()).export().id();
        ExportClaim stale = exports.claimNext("zombie", Duration.ZERO).orElseThrow();
        assertThat(stale.exportId()).isEqualTo(id);
        sweeper.sweep();
        ExportClaim current = claim();
        assertThat(current.epoch()).isGreaterThan(stale.epoch());
        Map<String, ThrowingCallable> writes = Map.of(
                "heartbeat", () -> exports.heartbeat(stale, null),
                "complete", () -> exports.complete(stale, List.of()),
                "fail", () -> exports.fail(stale, Failure.of(FailureCode.INTERNAL, "boom")),
                "giveBack", () -> exports.giveBack(stale));
        writes.forEach((name, write) -> assertThatThrownBy(write).as(name).isInstanceOf(StaleEpochException.class));
        exports.lost(id, stale.epoch());
        exports.complete(current, FILES);
        assertThat(exports.ofArtifact(artifact).getFirst().files()).isEqualTo(FILES);
    }

    @Test
    void anAttemptWhoseProcessDiedIsQueuedAgainAtOnce() {
        submit(ExportFormat.AWQ, key());
        ExportClaim dead = claim();
        exports.lost(dead.exportId(), dead.epoch());
        ExportClaim next = claim();
        assertThat(next.exportId()).isEqualTo(dead.exportId());
        exports.giveBack(next);
        assertThat(claim().attempt()).isEqualTo(3);
    }

    @Test
    void exportsOfAJobComeWithItsArtifact() {
        Failure refused = Failure.of(FailureCode.UNSUPPORTED_RECIPE, "a width is no multiple of 32");
        String id = publish(List.of(
                ArtifactExport.of(ExportFormat.COMPRESSED_TENSORS, FILES),
                ArtifactExport.failed(ExportFormat.GGUF, refused)));
        List<ExportRecord> made = exports.ofArtifact(id);
        assertThat(made).extracting(ExportRecord::state).containsExactly(ExportState.SUCCEEDED, ExportState.FAILED);
        assertThat(made.getFirst().files()).isEqualTo(FILES);
        assertThat(made.getLast().failure()).isEqualTo(refused);
        assertThat(exports.submit(new ExportStore.New("default", id, ExportFormat.COMPRESSED_TENSORS, key()))
                        .created())
                .isFalse();
    }

    /** What the attempt could not make for a reason that is not the format's is made by attempts of its own. */
    @Test
    void exportsThatAJobAskedForAndItsManifestLacksAreQueued() {
        String id = jobs.submit(Given.job("{\"evaluation\":[],\"exports\":[\"gptq\",\"gguf\"]}", key()))
                .job()
                .id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        ArtifactManifest given = Given.manifest(claim);
        jobs.publish(
                claim,
                new ArtifactManifest(
                        given.format(),
                        given.formatVersion(),
                        id,
                        given.attempt(),
                        given.model(),
                        given.modelDigest(),
                        given.recipe(),
                        given.files(),
                        List.of(ArtifactExport.of(ExportFormat.GPTQ, FILES)),
                        given.digest()));
        assertThat(exports.ofArtifact(id))
                .extracting(ExportRecord::format, ExportRecord::state)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(ExportFormat.GPTQ, ExportState.SUCCEEDED),
                        org.assertj.core.groups.Tuple.tuple(ExportFormat.GGUF, ExportState.QUEUED));
        assertThat(claim().format()).isEqualTo(ExportFormat.GGUF);
    }

    private ExportStore.Submitted submit(ExportFormat format, String key) {
        return exports.submit(new ExportStore.New("default", artifact, format, key));
    }

    private ExportClaim claim() {
        return exports.claimNext("w1", LEASE).orElseThrow();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
