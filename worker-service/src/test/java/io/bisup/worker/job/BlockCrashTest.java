package io.bisup.worker.job;

import static io.bisup.worker.job.Inputs.in;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.BlockReport;
import io.bisup.contract.JobEvent;
import io.bisup.contract.JobState;
import io.bisup.contract.Phase;
import io.bisup.platform.job.Attempt;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * an attempt's process is killed at the boundary of a block, and inside a block, one after the other, by a recipe that
 * learns and by one that rounds. Each next attempt begins at the block that was in hand, and the artifact has the bytes of a job
 * that nobody disturbed. {@code -Dbisup.crash.blocks=6} kills at and in every block.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class BlockCrashTest {

    private static final int KILLED = Integer.getInteger("bisup.crash.blocks", 1);

    @Inject
    JobStore jobs;

    @Inject
    Inputs inputs;

    /** What is done to the model. */
    enum Recipe {
        LEARNS,
        ROUNDS
    }

    @ParameterizedTest
    @EnumSource
    void theBytesAreThoseOfAJobThatNobodyDisturbed(Recipe recipe) throws InterruptedException {
        String whole = submit(recipe);
        inputs.await(whole, in(JobState.SUCCEEDED));
        for (boolean inside : new boolean[] {false, true}) {
            List<Integer> blocks = IntStream.range(0, KILLED)
                    .mapToObj(i -> (1 + i) % Inputs.BLOCKS)
                    .sorted()
                    .toList();
            String id = submit(recipe);
            kill(id, inside, new TreeSet<>(blocks));
            requireNoBlockTwice(
                    id, inside ? blocks : blocks.stream().map(b -> b + 1).toList());
            assertThat(jobs.artifact(id).orElseThrow().digest())
                    .isEqualTo(jobs.artifact(whole).orElseThrow().digest());
            System.out.printf(
                    "BlockCrashTest: %s, killed %s blocks %s%n", recipe, inside ? "inside" : "behind", blocks);
        }
    }

    private void kill(String id, boolean inside, Set<Integer> left) throws InterruptedException {
        inputs.await(id, e -> {
            if (inside
                    ? begins(e, left)
                    : e.type() == JobEvent.Type.BLOCK_COMMITTED && left.remove(block(e, "block"))) {
                LockSupport.parkNanos(inside ? halfABlock(e).toNanos() : 0);
                AttemptProcessHandles.kill();
            }
            return in(JobState.SUCCEEDED).test(e);
        });
        assertThat(left).as("blocks that nobody was killed at").isEmpty();
    }

    private static boolean begins(JobEvent event, Set<Integer> left) {
        return event.type() == JobEvent.Type.PROGRESS
                && Phase.BLOCKS.name().equals(event.data().get("phase"))
                && left.remove(block(event, "blocksDone"));
    }

    private static Integer block(JobEvent event, String field) {
        return (Integer) event.data().get(field);
    }

    /** Each attempt but the first begins at the block in hand or, where the kill came late, behind it; none makes a block again. */
    private void requireNoBlockTwice(String id, List<Integer> inHand) {
        List<Attempt> attempts = jobs.attempts(id);
        assertThat(attempts).hasSize(inHand.size() + 1);
        for (int i = 0; i < inHand.size(); i++) {
            assertThat(attempts.get(i + 1).resumedFromBlock()).isGreaterThanOrEqualTo(inHand.get(i));
        }
        for (BlockReport block : jobs.blocks(id)) {
            int maker = attempts.stream()
                    .filter(a -> a.resumedFromBlock() <= block.block())
                    .mapToInt(Attempt::number)
                    .max()
                    .orElseThrow();
            assertThat(block.attempt()).as("block %d", block.block()).isEqualTo(maker);
        }
    }

    private static Duration halfABlock(JobEvent event) {
        return event.data().get("secondsPerBlock") instanceof Number seconds
                ? Duration.ofMillis((long) (500 * seconds.doubleValue()))
                : Duration.ofMillis(200);
    }

    private String submit(Recipe recipe) {
        return switch (recipe) {
            case LEARNS -> inputs.submit(inputs.model());
            case ROUNDS -> inputs.submitPreset(inputs.model(), "gptq-w4a16-g128", "[]");
        };
    }
}
