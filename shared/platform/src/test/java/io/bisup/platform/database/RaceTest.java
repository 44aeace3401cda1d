package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.ObjectEntry;
import io.bisup.platform.access.Tenant;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationClaim;
import io.bisup.platform.job.EvaluationJobStore;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Submission;
import io.bisup.platform.object.ObjectKey;
import io.bisup.platform.object.ObjectKeys;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Test;

/** Whatever the timing: one claim, one job per key, one object per key. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class RaceTest {

    private static final int RACERS = 8;
    private static final int ROUNDS = 10;

    @Inject
    JobStore jobs;

    @Inject
    EvaluationJobStore evaluations;

    @Inject
    Sweeps sweeps;

    @Inject
    ObjectStore objects;

    @Test
    void oneClaimWins() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String id = jobs.submit(Given.job()).job().id();
            List<Optional<Claim>> claims = race(racer -> () -> jobs.claim(id, "w" + racer, Duration.ofSeconds(30)));
            assertThat(claims.stream().flatMap(Optional::stream)).hasSize(1);
            assertThat(jobs.find(id).orElseThrow().epoch()).isEqualTo(1);
        }
    }

    @Test
    void oneExpiredClaimIsTakenOverOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String id = jobs.submit(Given.job()).job().id();
            assertThat(jobs.claim(id, "dead", Duration.ZERO)).isPresent();
            List<Optional<Claim>> claims = race(racer -> () -> jobs.claim(id, "w" + racer, Duration.ofSeconds(30)));
            assertThat(claims.stream().flatMap(Optional::stream)).hasSize(1);
            assertThat(jobs.attempts(id)).extracting("outcome").containsExactly("lost", null);
        }
    }

    /** Each of those who claim settles it first, as sweepers of several services may at once. */
    @Test
    void oneExpiredEvaluationIsTakenOverOnce() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String id = evaluations.submit(Given.evaluationJob()).id();
            assertThat(evaluations.claimJob(id, "dead", Duration.ZERO)).isPresent();
            List<Optional<EvaluationClaim>> claims = race(racer -> () -> {
                sweeps.settleEvaluationJob(UUID.fromString(id), true);
                return evaluations.claimJob(id, "e" + racer, Duration.ofMinutes(1));
            });
            assertThat(claims.stream().flatMap(Optional::stream)).hasSize(1);
            assertThat(evaluations.findJob(Tenant.DEFAULT, id).orElseThrow().attempt())
                    .isEqualTo(2);
        }
    }

    @Test
    void oneKeyMakesOneJob() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            String key = UUID.randomUUID().toString();
            List<Submission> submissions = race(racer -> () -> jobs.submit(Given.job("{}", key)));
            assertThat(submissions.stream().filter(Submission::created)).hasSize(1);
            assertThat(submissions.stream().map(s -> s.job().id()).distinct()).hasSize(1);
        }
    }

    @Test
    void oneWriterCreatesAnObject() throws Exception {
        for (int round = 0; round < ROUNDS; round++) {
            ObjectKey key = ObjectKeys.manifest(UUID.randomUUID().toString());
            List<Boolean> created =
                    race(racer -> () -> objects.putIfAbsent(key, ("by " + racer).getBytes(StandardCharsets.UTF_8)));
            assertThat(created.stream().filter(c -> c)).hasSize(1);
            String content = new String(objects.read(key).orElseThrow(), StandardCharsets.UTF_8);
            assertThat(content).isEqualTo("by " + created.indexOf(true));
            ObjectEntry entry = new ObjectEntry("manifest.json", key.value(), content.length(), digest(content));
            assertThat(objects.get(entry)).asString().isEqualTo(content);
        }
    }

    private static String digest(String content) {
        return io.bisup.contract.Digests.sha256(content);
    }

    private static <T> List<T> race(IntFunction<Callable<T>> racer) throws Exception {
        CyclicBarrier start = new CyclicBarrier(RACERS);
        try (ExecutorService threads = Executors.newFixedThreadPool(RACERS)) {
            List<Future<T>> running = new ArrayList<>();
            for (int i = 0; i < RACERS; i++) {
                Callable<T> call = racer.apply(i);
                running.add(threads.submit(() -> {
                    start.await();
                    return call.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> one : running) {
                results.add(one.get());
            }
            return results;
        }
    }
}
