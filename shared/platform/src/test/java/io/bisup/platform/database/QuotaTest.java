package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.platform.access.QuotaExceededException;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.access.Tenants;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.ExportStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.NewJob;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** A tenant never has more unfinished work than it may, whatever comes at the same moment. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class QuotaTest {

    private static final int LIMIT = 3;
    private static final int RACERS = 12;
    private static final int ROUNDS = 5;

    @Inject
    JobStore jobs;

    @Inject
    EvaluationJobStore evaluations;

    @Inject
    ExportStore exports;

    @Inject
    Tenants tenants;

    @Test
    void evaluationJobsCountUntilTheyEnd() {
        String tenant = limited(2);
        submit(tenant);
        String measured = evaluate(tenant, key());
        assertThat(tenants.liveJobs(tenant)).isEqualTo(2);
        assertThatThrownBy(() -> submit(tenant)).isInstanceOf(QuotaExceededException.class);
        assertThatThrownBy(() -> evaluate(tenant, key()))
                .isInstanceOf(QuotaExceededException.class)
                .hasMessageContaining("has 2 unfinished jobs, its limit");

        evaluations.cancel(tenant, measured);
        assertThat(tenants.liveJobs(tenant)).isEqualTo(1);
        String again = key();
        String id = evaluate(tenant, again);
        assertThat(evaluate(tenant, again)).as("the same key asks for no room").isEqualTo(id);
    }

    @Test
    void aRacePassesNobody() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String tenant = limited(LIMIT);
            List<Runnable> racers = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                racers.add(i % 2 == 0 ? () -> submit(tenant) : () -> evaluate(tenant, key()));
            }
            assertThat(letIn(racers)).isEqualTo(LIMIT);
            assertThat(tenants.liveJobs(tenant)).isEqualTo(LIMIT);
        }
    }

    @Test
    void aRaceOfExportsPassesNobody() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String tenant = limited(RACERS);
            List<String> artifacts = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                artifacts.add(publish(tenant));
            }
            tenants.put(new Tenant(tenant, LIMIT, 1_000));
            List<Runnable> racers = artifacts.stream()
                    .<Runnable>map(artifact ->
                            () -> exports.submit(new ExportStore.New(tenant, artifact, ExportFormat.GGUF, key())))
                    .toList();
            assertThat(letIn(racers)).isEqualTo(LIMIT);
        }
    }

    /** How many of those that start at once are let in; the others meet the limit and nothing else. */
    private static int letIn(List<Runnable> racers) throws Exception {
        CyclicBarrier start = new CyclicBarrier(racers.size());
        int passed = 0;
        try (ExecutorService threads = Executors.newFixedThreadPool(racers.size())) {
            List<Future<?>> running = new ArrayList<>();
            for (Runnable racer : racers) {
                running.add(threads.submit(() -> {
                    start.await();
                    racer.run();
                    return null;
                }));
            }
            for (Future<?> one : running) {
                try {
                    one.get();
                    passed++;
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(QuotaExceededException.class);
                }
            }
        }
        return passed;
    }

    private String limited(int jobs) {
        return tenants.put(new Tenant("quota-" + UUID.randomUUID(), jobs, 1_000))
                .id();
    }

    private String submit(String tenant) {
        NewJob job = Given.job("{\"evaluation\":[]}", key());
        return jobs.submit(new NewJob(
                        tenant,
                        job.spec(),
                        job.recipe(),
                        job.model(),
                        job.calibration(),
                        job.evaluationDatasets(),
                        job.idempotencyKey(),
                        job.requestFingerprint(),
                        null))
                .job()
                .id();
    }

    private String publish(String tenant) {
        Claim claim = jobs.claim(submit(tenant), "w1", Duration.ofMinutes(5)).orElseThrow();
        jobs.publish(claim, Given.manifest(claim));
        return claim.jobId();
    }

    private String evaluate(String tenant, String key) {
        EvaluationJobSpec spec = Json.read(
                "{\"model\":\"tiny\",\"evaluation\":[{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":128}]}",
                EvaluationJobSpec.class);
        return evaluations
                .submit(new EvaluationJobStore.New(
                        tenant, spec, Given.model(), null, List.of(Given.dataset("wiki")), key, key))
                .id();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
