package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.EvaluationState;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobRecord;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class SweeperTest {

    private static final Duration LEASE = Duration.ofSeconds(30);
    private static final Duration GRACE = Duration.ofSeconds(15);

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EvaluationJobStore evaluationJobs;

    @Inject
    Sweeps sweeps;

    @Inject
    EventStream events;

    @Inject
    Sweeper sweeper;

    @Inject
    Outbox outbox;

    @Inject
    EntityManager entities;

    @BeforeEach
    void emptyTheOutbox() {
        do {} while (outbox.drain(m -> {}) > 0);
    }

    @Test
    void aLostAttemptGoesBackToTheQueueWithItsBlocksAndABell() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", Duration.ZERO).orElseThrow();
        jobs.commitBlock(claim, Given.block(0), List.of(Given.entry("block-0")));
        long bells = bells(id);
        sweeper.sweep();
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.QUEUED);
        assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("lost");
        assertThat(events.read(id, 0, 100)).extracting(JobEvent::type).contains(JobEvent.Type.ATTEMPT_LOST);
        assertThat(bells(id)).isEqualTo(bells + 1);
        assertThat(jobs.committedBlocks(id)).hasSize(1);
    }

    @Test
    void anAttemptThatBeatsIsLeftAloneHoweverOldItIs() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        age(id, "attempt_started_at", "2 days");
        jobs.heartbeat(claim, Given.progress(0));
        sweeper.sweep();
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.RUNNING);
    }

    @Test
    void anAttemptThatRunsLongerThanItsLimitEnds() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.heartbeat(claim, Given.progress(0));
        age(id, "attempt_started_at", "4 days");
        sweeper.sweep();
        assertThat(jobs.find(id).orElseThrow().failure().code()).isEqualTo(FailureCode.DEADLINE_EXCEEDED);
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    @Test
    void aJobThatWaitsLongerThanItsLimitFails() {
        String id = jobs.submit(Given.job()).job().id();
        age(id, "queued_at", "8 days");
        sweeper.sweep();
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.FAILED);
        assertThat(jobs.find(id).orElseThrow().failure().message()).contains("bisup.jobs.max-pending");
    }

    /** A job's own limits are narrower than the service's, and no other job's. */
    @Test
    void aJobsOwnLimitsHoldForItAlone() {
        String limits = "{\"limits\": {\"maxPending\": \"PT6H\", \"maxAttempt\": \"PT1H\"}}";
        String waits = jobs.submit(Given.job(limits, key())).job().id();
        String runs = jobs.submit(Given.job(limits, key())).job().id();
        String other = jobs.submit(Given.job()).job().id();
        age(waits, "queued_at", "7 hours");
        age(other, "queued_at", "7 hours");
        assertThat(jobs.claim(runs, "w1", LEASE)).isPresent();
        age(runs, "attempt_started_at", "2 hours");
        sweeper.sweep();
        assertThat(jobs.find(waits).orElseThrow().state()).isEqualTo(JobState.FAILED);
        assertThat(jobs.find(waits).orElseThrow().failure().message()).contains("limits/maxPending", "PT6H");
        assertThat(jobs.find(runs).orElseThrow().failure().message()).contains("limits/maxAttempt", "PT1H");
        assertThat(jobs.find(other).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }

    @Test
    void aQueuedJobWhoseBellWasLostIsRungForAgainAndOnlyOnce() {
        String id = jobs.submit(Given.job()).job().id();
        emptyTheOutbox();
        age(id, "rung_at", "1 hour");
        sweeper.sweep();
        assertThat(bells(id)).isEqualTo(1);
        age(id, "rung_at", "1 hour");
        sweeper.sweep();
        assertThat(bells(id)).isEqualTo(1);
    }

    @Test
    void aCancelledJobWhoseWorkerDiedIsCancelled() {
        String id = jobs.submit(Given.job()).job().id();
        assertThat(jobs.claim(id, "w1", Duration.ZERO)).isPresent();
        jobs.requestCancel(id);
        sweeper.sweep();
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.CANCELLED);
    }

    @Test
    void aLostEvaluationIsQueuedAgain() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        String evaluation = evaluations.ofJob(id).getFirst().id();
        assertThat(evaluations.claim(evaluation, "e1", Duration.ZERO)).isPresent();
        sweeper.sweep();
        assertThat(evaluations.claim(evaluation, "e2", LEASE)).isPresent();
    }

    /** The database was away for longer than a lease: then nothing is counted until whoever works had time to renew it. */
    @Test
    void anOutagesExpiredLeaseCostsAnEvaluationJobNoFailureAndARealOneDoes() {
        String id = evaluationJobs.submit(Given.evaluationJob()).id();
        EvaluationClaim held = evaluationJobs.claimJob(id, "e1", Duration.ZERO).orElseThrow();
        AtomicReference<Instant> clock = new AtomicReference<>(Instant.EPOCH);
        Sweeper afterTheOutage = new Sweeper(sweeps, GRACE, clock::get);
        afterTheOutage.sweep();
        assertThat(evaluationJobs.claimJob(id, "e2", LEASE)).isEmpty();
        assertThat(evaluationJob(id))
                .returns(EvaluationState.RUNNING, EvaluationJobRecord::state)
                .returns(null, EvaluationJobRecord::failure);

        evaluationJobs.heartbeat(held);
        emptyTheOutbox();
        clock.set(Instant.EPOCH.plus(GRACE));
        afterTheOutage.sweep();
        assertThat(evaluationJob(id))
                .returns(EvaluationState.QUEUED, EvaluationJobRecord::state)
                .returns(1, EvaluationJobRecord::attempt);
        assertThat(evaluationJob(id).failure()).returns(FailureCode.LEASE_LOST, Failure::code);
        assertThat(bells(id)).isEqualTo(1);
        assertThat(evaluationJobs.claimJob(id, "e2", LEASE).orElseThrow().attempt())
                .isEqualTo(2);
    }

    @Test
    void anEvaluationJobThatWaitsLongerThanItsLimitFails() {
        String waits = evaluationJobs.submit(Given.evaluationJob()).id();
        String patient = evaluationJobs.submit(Given.evaluationJob()).id();
        age("evaluation_job", waits, "queued_at", "8 days");
        age("evaluation_job", patient, "queued_at", "6 days");
        sweeper.sweep();
        assertThat(evaluationJob(waits).state()).isEqualTo(EvaluationState.FAILED);
        assertThat(evaluationJob(waits).failure()).returns(FailureCode.DEADLINE_EXCEEDED, Failure::code);
        assertThat(evaluationJob(waits).failure().message()).contains("bisup.jobs.max-pending");
        assertThat(evaluationJob(waits).finishedAt()).isNotNull();
        assertThat(evaluationJob(patient).state()).isEqualTo(EvaluationState.QUEUED);
    }

    @Test
    void anEvaluationJobsAttemptThatRunsLongerThanItsLimitEnds() {
        String id = evaluationJobs.submit(Given.evaluationJob()).id();
        for (EvaluationState reached : List.of(EvaluationState.QUEUED, EvaluationState.FAILED)) {
            age("evaluation_job", id, "not_before", "1 day");
            EvaluationClaim held = evaluationJobs.claimJob(id, "e1", LEASE).orElseThrow();
            age("evaluation_job", id, "attempt_started_at", "4 days");
            sweeper.sweep();
            assertThat(evaluationJob(id).state()).isEqualTo(reached);
            assertThat(evaluationJob(id).failure()).returns(FailureCode.DEADLINE_EXCEEDED, Failure::code);
            assertThatThrownBy(() -> evaluationJobs.heartbeat(held)).isInstanceOf(StaleEpochException.class);
        }
        assertThat(evaluationJob(id).failure().message()).contains("bisup.jobs.max-attempt");
    }

    @Test
    void aJobWhoseEvaluationWaitsLongerThanItsLimitFailsAndKeepsItsArtifact() {
        String id = jobs.submit(Given.job()).job().id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        age("evaluation", evaluations.ofJob(id).getFirst().id(), "queued_at", "8 days");
        sweeper.sweep();
        assertThat(jobs.find(id).orElseThrow().state()).isEqualTo(JobState.FAILED);
        assertThat(jobs.find(id).orElseThrow().failure()).returns(FailureCode.DEADLINE_EXCEEDED, Failure::code);
        assertThat(jobs.find(id).orElseThrow().failure().message()).contains("bisup.jobs.max-pending");
        assertThat(evaluations.ofJob(id).getFirst().state()).isEqualTo(EvaluationState.FAILED);
        assertThat(jobs.artifact(id)).isPresent();
    }

    @Test
    void aQueuedEvaluationJobWhoseBellWasLostIsRungForAgain() {
        String id = evaluationJobs.submit(Given.evaluationJob()).id();
        emptyTheOutbox();
        age("evaluation_job", id, "rung_at", "1 hour");
        sweeper.sweep();
        assertThat(bells(id)).isEqualTo(1);
    }

    private EvaluationJobRecord evaluationJob(String id) {
        return evaluationJobs.findJob(Tenant.DEFAULT, id).orElseThrow();
    }

    @Test
    void anOverdueHeartbeatMakesProgressUnknown() {
        String id = jobs.submit(Given.job()).job().id();
        assertThat(jobs.claim(id, "w1", LEASE)).isPresent();
        assertThat(jobs.find(id).orElseThrow().heartbeatLate()).isFalse();
        age(id, "heartbeat_at", "20 seconds");
        age(id, "lease_until", "20 seconds");
        assertThat(jobs.find(id).orElseThrow().heartbeatLate()).isTrue();
    }

    private long bells(String id) {
        return QuarkusTransaction.requiringNew()
                .call(() -> entities.createQuery(
                                "select count(o) from OutboxEntity o where o.key = :id and o.topic like '%-jobs'",
                                Long.class)
                        .setParameter("id", id)
                        .getSingleResult());
    }

    /** Makes a time of the row older: how a test waits without waiting. */
    private void age(String id, String column, String interval) {
        age("job", id, column, interval);
    }

    private void age(String table, String id, String column, String interval) {
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery("update " + table + " set " + column + " = " + column
                                + " - interval '" + interval + "' where id = :id")
                        .setParameter("id", UUID.fromString(id))
                        .executeUpdate());
    }
}
