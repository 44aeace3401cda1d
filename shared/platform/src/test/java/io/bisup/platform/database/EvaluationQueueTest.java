package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which evaluation is claimed next: tenants share the evaluators as they share the workers. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class EvaluationQueueTest {

    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final int ALL = 100;

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EvaluationJobStore evaluationJobs;

    @Inject
    EntityManager entities;

    @BeforeEach
    void emptyTheQueue() {
        QuarkusTransaction.requiringNew().run(() -> {
            for (String table : List.of("evaluation", "evaluation_job")) {
                entities.createNativeQuery(
                                "update " + table + " set state = 'CANCELLED' where state in ('QUEUED', 'RUNNING')")
                        .executeUpdate();
            }
            entities.createNativeQuery("insert into tenant (id, max_live_jobs, requests_per_minute)"
                            + " values ('other', 1000, 1000), ('third', 1000, 1000) on conflict do nothing")
                    .executeUpdate();
        });
    }

    @Test
    void bothKindsStartInTheOrderOfTheirSubmission() {
        String first = own(Tenant.DEFAULT);
        String second = ofJob("normal");
        String third = own(Tenant.DEFAULT);
        assertThat(evaluations.due(ALL)).containsExactly(first, second, third);
        assertThat(evaluations.due(2)).containsExactly(first, second);
    }

    @Test
    void aTenantWithOneEvaluationIsNotStarvedByOneWithMany() {
        String oldest = own(Tenant.DEFAULT);
        String second = own(Tenant.DEFAULT);
        String third = own(Tenant.DEFAULT);
        String other = own("other");
        assertThat(evaluations.due(ALL)).containsExactly(oldest, other, second, third);
        claim(oldest);
        assertThat(evaluations.due(ALL))
                .as("the other tenant has nothing running")
                .containsExactly(other, second, third);
        String late = own("third");
        claim(other);
        assertThat(evaluations.due(ALL)).containsExactly(late, second, third);
    }

    /** A priority orders one's own: it takes nothing from others. */
    @Test
    void ofATenantsEvaluationsThoseOfJobsOfAHigherPriorityStartFirst() {
        String other = own("other");
        String low = ofJob("low");
        String normal = own(Tenant.DEFAULT);
        String high = ofJob("high");
        assertThat(evaluations.due(ALL)).containsExactly(other, high, normal, low);
    }

    @Test
    void whatIsTriedAgainKeepsItsPlaceAndWaitsOutItsPause() {
        String first = own(Tenant.DEFAULT);
        String second = own(Tenant.DEFAULT);
        EvaluationClaim claim = claim(first);
        evaluationJobs.giveBack(claim);
        assertThat(evaluations.due(ALL)).containsExactly(first, second);
        evaluationJobs.fail(claim(first), Failure.of(FailureCode.INTERNAL, "boom"));
        pauseUntilTomorrow(first);
        assertThat(evaluations.due(ALL)).containsExactly(second);
    }

    private String own(String tenant) {
        EvaluationJobStore.New job = Given.evaluationJob();
        return evaluationJobs
                .submit(new EvaluationJobStore.New(
                        tenant, job.spec(), job.model(), null, job.datasets(), job.key(), job.fingerprint()))
                .id();
    }

    private String ofJob(String priority) {
        String id = jobs.submit(Given.job(
                        "{\"priority\":\"" + priority + "\"}", UUID.randomUUID().toString()))
                .job()
                .id();
        Claim claim = jobs.claim(id, "w1", LEASE).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        return evaluations.ofJob(id).getFirst().id();
    }

    private EvaluationClaim claim(String id) {
        return evaluationJobs.claimJob(id, "e1", LEASE).orElseThrow();
    }

    private void pauseUntilTomorrow(String id) {
        QuarkusTransaction.requiringNew()
                .run(() -> entities.createNativeQuery(
                                "update evaluation_job set not_before = not_before + interval '1 day' where id = :id")
                        .setParameter("id", UUID.fromString(id))
                        .executeUpdate());
    }
}
