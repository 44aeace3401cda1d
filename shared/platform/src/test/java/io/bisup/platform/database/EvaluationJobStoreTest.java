package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.EvaluationProgress;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.Measurement;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.IdempotencyConflictException;
import io.bisup.platform.job.JobNotFoundException;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Evaluations of their own are claimed, lost, tried again and ended under the law of jobs. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class EvaluationJobStoreTest {

    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final List<Measurement> RESULTS =
            List.of(new Measurement(Given.perplexity(11), Given.perplexity(10)));

    @Inject
    EvaluationJobStore evaluations;

    @Inject
    JobStore jobs;

    @Inject
    Sweeper sweeper;

    @Inject
    EntityManager entities;

    @Test
    void everyWriteOfAnOlderEpochIsRefused() {
        String id = submit();
        EvaluationClaim stale = claim(id, "zombie", Duration.ZERO);
        sweeper.sweep();
        EvaluationClaim current = claim(id, "e2", LEASE);

        assertRefused(stale);

        evaluations.complete(current, RESULTS);
        assertThat(find(id))
                .returns(EvaluationState.SUCCEEDED, EvaluationJobRecord::state)
                .returns(2, EvaluationJobRecord::attempt)
                .returns(null, EvaluationJobRecord::failure);
        assertThat(find(id).scores()).isEqualTo(RESULTS);
        assertRefused(current);
    }

    @Test
    void aLeaseThatHoldsIsNotTakenAndOneThatRanOutIsFoundAndCounted() {
        String id = submit();
        EvaluationClaim first = claim(id, "e1", LEASE);
        sweeper.sweep();
        assertThat(evaluations.claimJob(id, "e2", LEASE)).isEmpty();

        age(id, "lease_until", "10 minutes");
        assertThat(evaluations.claimJob(id, "e2", LEASE))
                .as("the sweeper decides")
                .isEmpty();
        sweeper.sweep();
        age(id, "queued_at", "1 day");
        assertThat(evaluations.oldestWaitingJob(Duration.ofHours(1))).contains(id);
        EvaluationClaim second = claim(id, "e2", LEASE);

        assertThat(second.epoch()).isGreaterThan(first.epoch());
        assertThat(find(id).failure()).returns(FailureCode.LEASE_LOST, Failure::code);
        assertThat(find(id).failure().message()).contains("evaluator e1 sent no heartbeat");
        assertRefused(first);
        evaluations.heartbeat(second);
        assertThat(find(id)).returns("e2", EvaluationJobRecord::workerId).returns(2, EvaluationJobRecord::attempt);
    }

    @Test
    void aHeartbeatKeepsAClaimWhoseLeaseWasAboutToEnd() {
        String id = submit();
        EvaluationClaim claim = claim(id, "e1", LEASE);
        age(id, "lease_until", "299 seconds");

        evaluations.heartbeat(claim);
        age(id, "lease_until", "200 seconds");
        sweeper.sweep();

        assertThat(evaluations.claimJob(id, "e2", LEASE)).isEmpty();
    }

    /** Then it has failed and is never claimed again. */
    @ParameterizedTest
    @EnumSource(
            value = FailureCode.class,
            names = {"INTERNAL", "OUT_OF_MEMORY", "MALFORMED_CHECKPOINT"})
    void aFailureIsTriedAgainAsOftenAsItsKindAllows(FailureCode code) {
        String id = submit();
        for (int attempt = 1; attempt < code.attempts(); attempt++) {
            assertThat(evaluations.fail(claim(id, "e1", LEASE), Failure.of(code, "boom")))
                    .isEqualTo(EvaluationState.QUEUED);
            age(id, "not_before", "1 day");
        }
        assertThat(evaluations.fail(claim(id, "e1", LEASE), Failure.of(code, "boom")))
                .isEqualTo(EvaluationState.FAILED);

        assertThat(find(id)).returns(code.attempts(), EvaluationJobRecord::attempt);
        assertThat(find(id).failure()).returns(code, Failure::code);
        assertThat(find(id).finishedAt()).isNotNull();
        assertThat(evaluations.claimJob(id, "e2", LEASE)).isEmpty();
    }

    /** One that takes its process with it lets others go first, for longer each time. */
    @Test
    void aDeathIsTriedAgainAfterPausesThatDouble() {
        String id = submit();
        for (int death = 1; death < FailureCode.LEASE_LOST.attempts(); death++) {
            evaluations.lost(id, claim(id, "e1", LEASE).epoch());
            assertThat(find(id).state()).isEqualTo(EvaluationState.QUEUED);
            assertThat(pause(id)).isEqualTo(Duration.ofMillis(10L << (death - 1)));
            age(id, "not_before", "1 day");
        }
        evaluations.lost(id, claim(id, "e1", LEASE).epoch());
        assertThat(find(id)).returns(EvaluationState.FAILED, EvaluationJobRecord::state);
        assertThat(find(id).failure()).returns(FailureCode.LEASE_LOST, Failure::code);
    }

    private Duration pause(String id) {
        return QuarkusTransaction.requiringNew().call(() -> {
            EvaluationJobEntity row = entities.find(EvaluationJobEntity.class, UUID.fromString(id));
            return Duration.between(row.queuedAt, row.notBefore);
        });
    }

    @Test
    void whatIsGivenBackIsDueAtOnceAndHasNotFailed() {
        String id = submit();
        EvaluationClaim claim = claim(id, "e1", LEASE);

        evaluations.giveBack(claim);

        assertThat(find(id))
                .returns(EvaluationState.QUEUED, EvaluationJobRecord::state)
                .returns(null, EvaluationJobRecord::failure);
        assertRefused(claim);
        assertThat(claim(id, "e2", LEASE).epoch()).isGreaterThan(claim.epoch());
    }

    @Test
    void aCancelStopsItsHolderAndIsFinal() {
        String id = submit();
        EvaluationClaim claim = claim(id, "e1", LEASE);

        assertThat(evaluations.cancel(Tenant.DEFAULT, id).state()).isEqualTo(EvaluationState.CANCELLED);

        assertRefused(claim);
        assertThat(evaluations.claimJob(id, "e2", LEASE)).isEmpty();
        assertThat(evaluations.cancel(Tenant.DEFAULT, id)).isEqualTo(find(id));
    }

    @Test
    void aKeyIsOneSpecAndATenantsOwn() {
        String key = UUID.randomUUID().toString();
        String id = evaluations.submit(Given.evaluationJob("one", key, null)).id();

        assertThat(evaluations.submit(Given.evaluationJob("one", key, null)).id())
                .isEqualTo(id);
        assertThatThrownBy(() -> evaluations.submit(Given.evaluationJob("other", key, null)))
                .isInstanceOf(IdempotencyConflictException.class);
        assertThat(evaluations.findJob("somebody", id)).isEmpty();
        assertThatThrownBy(() -> evaluations.cancel("somebody", id)).isInstanceOf(JobNotFoundException.class);
    }

    @Test
    void anArtifactIsClaimedWithItsModel() {
        Claim made =
                jobs.claim(jobs.submit(Given.job()).job().id(), "w1", LEASE).orElseThrow();
        ArtifactManifest artifact = Given.manifest(made);
        String id = evaluations
                .submit(Given.evaluationJob("artifact", UUID.randomUUID().toString(), artifact))
                .id();

        EvaluationClaim claim = claim(id, "e1", LEASE);

        assertThat(claim.work().artifact()).isEqualTo(artifact);
        assertThat(claim.work().model()).isEqualTo(Given.model());
        assertThat(claim.work().datasets()).containsExactly(Given.dataset("wiki"));
        assertThat(find(id).spec().artifact()).isEqualTo(made.jobId());
    }

    /** Nothing that the holder of a lost claim writes is taken, and its progress is not told. */
    private void assertRefused(EvaluationClaim stale) {
        EvaluationJobRecord before = find(stale.evaluationId());
        Map<String, ThrowingCallable> writes = Map.of(
                "heartbeat", () -> evaluations.heartbeat(stale),
                "complete", () -> evaluations.complete(stale, RESULTS),
                "fail", () -> evaluations.fail(stale, Failure.of(FailureCode.INTERNAL, "boom")),
                "giveBack", () -> evaluations.giveBack(stale));
        writes.forEach((name, write) -> assertThatThrownBy(write).as(name).isInstanceOf(StaleEpochException.class));
        evaluations.progress(stale, new EvaluationProgress("nothing", 1, 2, null));
        assertThat(find(stale.evaluationId())).isEqualTo(before);
    }

    private String submit() {
        return evaluations.submit(Given.evaluationJob()).id();
    }

    private EvaluationClaim claim(String id, String worker, Duration lease) {
        return evaluations.claimJob(id, worker, lease).orElseThrow();
    }

    private EvaluationJobRecord find(String id) {
        return evaluations.findJob(Tenant.DEFAULT, id).orElseThrow();
    }

    /** Makes a time of the row older: how a test waits without waiting. */
    private void age(String id, String column, String interval) {
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("update evaluation_job set " + column + " = " + column
                                + " - interval '" + interval + "' where id = :id")
                        .setParameter("id", UUID.fromString(id))
                        .executeUpdate());
    }
}
