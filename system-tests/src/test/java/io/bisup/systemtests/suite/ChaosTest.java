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
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * while jobs come in, processes are killed with SIGKILL or stopped with SIGSTOP for longer than
 * three leases: api-service, the worker, its attempt, the evaluator, the stores together (Kafka and S3 are one process),
 * PostgreSQL with its processes. Every job that was accepted ends SUCCEEDED with the same bytes, and every history holds; only
 * a job two of whose attempts were killed with no block committed between them fails, and says so.
 * {@code -Dbisup.chaos.rounds=N} is the long form (150 rounds kill each service and attempts 60 times and each store 15 times,
 * and freeze each 15 times), {@code -Dbisup.seed} repeats one.
 */
class ChaosTest {

    private static final int ROUNDS = Integer.getInteger("bisup.chaos.rounds", 3);
    private static final long SEED = Long.getLong("bisup.seed", System.nanoTime());
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** Of a round: a worker starts in ten seconds and its attempt in five where others are at work, too. */
    private static final Duration HEADWAY = Duration.ofSeconds(40);

    private final TreeSet<String> digests = new TreeSet<>();
    private int failed;
    private int attempts;

    @Test
    void nothingIsLostAndNothingHappensTwice(@TempDir Path folder) throws Exception {
        System.out.printf("ChaosTest: %d rounds, seed %d%n", ROUNDS, SEED);
        Random random = new Random(SEED);
        List<String> ids = new ArrayList<>();
        try (RunningSuite suite = RunningSuite.start(folder)) {
            suite.guard();
            Campaign campaign = new Campaign(suite);
            Headway headway = new Headway(suite);
            for (int round = 0; round < ROUNDS; round++) {
                ids.add(submit(suite));
                headway.add(ids.getLast());
                // Without it a slow machine ends ten attempts before their first block, and a job fails for that.
                headway.await(HEADWAY);
                LockSupport.parkNanos(random.nextLong(Duration.ofSeconds(6).toNanos()));
                campaign.strike(round);
                if (round % 10 == 9) {
                    System.out.printf("ChaosTest: %s after %d rounds%n", campaign.struck(), round + 1);
                }
            }
            for (String id : ids) {
                finished(suite, id);
            }
            System.out.printf(
                    "ChaosTest: struck %s; %d jobs, %d attempts, %d failed for two killed attempts, digests %s%n",
                    campaign.struck(), ids.size(), attempts, failed, digests);
            assertThat(digests).as("the artifacts' digests").hasSize(1);
            assertThat(2 * failed).isLessThanOrEqualTo(campaign.struck().getOrDefault(Nemesis.KILL_ATTEMPT, 0));
        }
    }

    /** The same key again: an answer that got lost must not make a second job. */
    private static String submit(RunningSuite suite) {
        String key = UUID.randomUUID().toString();
        List<EvaluationSpec> evaluation = List.of(new PerplexitySpec("stories", PerplexitySpec.Protocol.GPTQ, 64));
        return suite.patiently(() -> suite.submit(RunningSuite.briefJob(evaluation), key))
                .id();
    }

    private void finished(RunningSuite suite, String id) {
        JobView job = suite.await(id, LIMIT);
        JsonNode tries = suite.patiently(() -> suite.attempts(id));
        attempts += tries.size();
        if (job.state() == JobState.FAILED) {
            assertThat(job.failure()).startsWith("ATTEMPT_KILLED").contains("SIGKILL");
            assertThat(killed(tries)).as(tries::toString).isGreaterThanOrEqualTo(2);
            failed++;
            return;
        }
        assertThat(job.state()).as(() -> job.json() + "\n" + tries).isEqualTo(JobState.SUCCEEDED);
        assertThat(blocksAfterKills(tries))
                .as(() -> "of two attempts killed at the same block the second ends the job: " + tries)
                .doesNotHaveDuplicates();
        digests.add(suite.patiently(() -> suite.artifact(id)).path("digest").asText());
    }

    /** The block at which the job went on after each attempt that was killed. */
    private static List<Integer> blocksAfterKills(JsonNode attempts) {
        List<Integer> blocks = new ArrayList<>();
        for (int i = 0; i + 1 < attempts.size(); i++) {
            if (isKilled(attempts.path(i))) {
                blocks.add(attempts.path(i + 1).path("resumedFromBlock").asInt());
            }
        }
        return blocks;
    }

    private static int killed(JsonNode attempts) {
        int killed = 0;
        for (JsonNode attempt : attempts) {
            killed += isKilled(attempt) ? 1 : 0;
        }
        return killed;
    }

    private static boolean isKilled(JsonNode attempt) {
        return attempt.path("failure").path("code").asText().equals("ATTEMPT_KILLED");
    }
}
