package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.suite.Member;
import io.bisup.contract.JobState;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A job that got a 202 is never lost: the worker is killed with SIGKILL at random moments, the job resumes at its last
 * block, and the artifact's bytes equal those of an uninterrupted run. {@code -Dbisup.kills=20} is the long form. It is
 * also B4 across processes: whatever block a later process made has the bytes that the first one gave it.
 */
class KilledWorkerTest {

    private static final int KILLS = Integer.getInteger("bisup.kills", 2);
    private static final long SEED = Long.getLong("bisup.seed", System.nanoTime());
    private static final Duration LIMIT = Duration.ofMinutes(3);

    @Test
    void everyArtifactEqualsTheUninterruptedOne(@TempDir Path folder) throws Exception {
        System.out.printf("KilledWorkerTest: %d kills, seed %d%n", KILLS, SEED);
        try (RunningSuite suite = RunningSuite.start(folder)) {
            long started = System.nanoTime();
            JsonNode expected = finish(suite, suite.submit(RunningSuite.smallJob(List.of())));
            long uninterrupted = System.nanoTime() - started;

            Random random = new Random(SEED);
            List<String> notes = new ArrayList<>();
            for (int i = 0; i < KILLS; i++) {
                String note = killOnce(suite, expected, random.nextLong(uninterrupted));
                System.out.println(note);
                notes.add(note);
            }
            assertThat(notes).hasSize(KILLS);
        }
    }

    private static String killOnce(RunningSuite suite, JsonNode expected, long nanos) {
        JobView job = suite.submit(RunningSuite.smallJob(List.of()));
        LockSupport.parkNanos(nanos);
        JobView killedAt = suite.get(job.id());
        suite.kill(Member.WORKER);
        suite.startAgain(Member.WORKER);
        JsonNode artifact = finish(suite, job);
        assertThat(files(artifact))
                .as("files after a kill at %s", killedAt.json())
                .isEqualTo(files(expected));
        assertThat(artifact.path("digest")).isEqualTo(expected.path("digest"));
        return "killed after %.1f s, %s block %d/%d: SUCCEEDED, artifact %s"
                .formatted(
                        nanos / 1e9,
                        killedAt.state(),
                        killedAt.blocksDone(),
                        killedAt.blocks(),
                        artifact.path("digest").asText().substring(0, 12));
    }

    private static JsonNode finish(RunningSuite suite, JobView job) {
        JobView done = suite.await(job.id(), LIMIT);
        assertThat(done.state()).as(() -> done.json().toString()).isEqualTo(JobState.SUCCEEDED);
        return suite.artifact(job.id());
    }

    private static List<String> files(JsonNode manifest) {
        List<String> lines = new ArrayList<>();
        manifest.path("files")
                .forEach(f -> lines.add(
                        f.path("sha256").asText() + " " + f.path("name").asText()));
        return lines;
    }
}
