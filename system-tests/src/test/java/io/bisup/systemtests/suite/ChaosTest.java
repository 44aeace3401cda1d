package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.rest.JobView;
import io.bisup.contract.EvaluationSpec;
import io.bisup.contract.JobState;
import io.bisup.contract.PerplexitySpec;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * while jobs come in, processes are killed with SIGKILL or stopped with SIGSTOP for longer than a
 * lease, one after the other: api-service, the worker, its attempt, the evaluator, the stores together (Kafka and S3 are one
 * process), PostgreSQL. Every job that was accepted ends SUCCEEDED with the same bytes, and every history holds.
 * {@code -Dbisup.chaos.rounds=N} is the long form, {@code -Dbisup.seed} repeats one.
 */
class ChaosTest {

    private static final int ROUNDS = Integer.getInteger("bisup.chaos.rounds", 6);
    private static final long SEED = Long.getLong("bisup.seed", System.nanoTime());
    private static final Duration LIMIT = Duration.ofMinutes(10);

    @Test
    void nothingIsLostAndNothingHappensTwice(@TempDir Path folder) throws Exception {
        System.out.printf("ChaosTest: %d rounds, seed %d%n", ROUNDS, SEED);
        Random random = new Random(SEED);
        List<String> ids = new ArrayList<>();
        List<Nemesis> nemeses = List.copyOf(EnumSet.allOf(Nemesis.class));
        try (RunningSuite suite = RunningSuite.start(folder)) {
            suite.guard();
            for (int round = 0; round < ROUNDS; round++) {
                ids.add(submit(suite));
                LockSupport.parkNanos(random.nextLong(Duration.ofSeconds(6).toNanos()));
                Nemesis nemesis = nemeses.get(round % nemeses.size());
                System.out.println(nemesis.strike(suite, random));
            }
            TreeSet<String> digests = new TreeSet<>();
            for (String id : ids) {
                digests.add(finished(suite, id));
            }
            assertThat(digests).as("the artifacts' digests").hasSize(1);
        }
    }

    /** The same key again: an answer that got lost must not make a second job. */
    private static String submit(RunningSuite suite) {
        String key = UUID.randomUUID().toString();
        List<EvaluationSpec> evaluation = List.of(new PerplexitySpec("stories", PerplexitySpec.Protocol.GPTQ, 64));
        return suite.patiently(() -> suite.submit(RunningSuite.smallJob(evaluation), key))
                .id();
    }

    private static String finished(RunningSuite suite, String id) {
        JobView job = suite.await(id, LIMIT);
        JsonNode attempts = suite.patiently(() -> suite.client().get("/v1/quantization-jobs/" + id + "/attempts"));
        JsonNode events =
                suite.patiently(() -> suite.client().get("/v1/quantization-jobs/" + id + "/events?limit=1000"));
        assertThat(job.state()).as(() -> job.json() + "\n" + attempts).isEqualTo(JobState.SUCCEEDED);
        assertThat(HistoryChecker.faults(events.path("events"), items(attempts)))
                .as(() -> events.toString())
                .isEmpty();
        System.out.printf(
                "job %s: %s after %d attempts%n",
                id, job.state(), items(attempts).size());
        return suite.patiently(() -> suite.artifact(id)).path("digest").asText();
    }

    private static JsonNode items(JsonNode answer) {
        return answer.isArray() ? answer : answer.path("items");
    }
}
