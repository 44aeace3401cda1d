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
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * the process of a job's first attempt is killed at the boundary of a block, or inside the block, by a recipe that learns
 * and by one that rounds. The next attempt begins at the block that was in hand, and the artifact has the bytes of a job that
 * nobody disturbed. Each kill has a job of its own: two attempts killed in one block would fail it, as promised.
 * {@code -Dbisup.crash.blocks=6} kills at and in every block.
 */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class BlockCrashTest {

    private static final int KILLED = Integer.getInteger("bisup.crash.blocks", 1);

    /** Jobs for one block, as a kill may come when the block is committed already. */
    private static final int TRIES = 5;

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
        String digest = digest(whole);
        for (int i = 0; i < KILLED; i++) {
            int block = (1 + i) % Inputs.BLOCKS;
            killBehind(recipe, block, digest);
            System.out.printf("BlockCrashTest: %s, killed behind block %d%n", recipe, block);
            int tries = killInside(recipe, block, digest);
            System.out.printf("BlockCrashTest: %s, killed inside block %d at try %d%n", recipe, block, tries);
        }
    }

    /** The block is committed when its process dies; the next one may have begun. */
    private void killBehind(Recipe recipe, int block, String digest) throws InterruptedException {
        String id = submit(recipe);
        killAt(id, e -> e.type() == JobEvent.Type.BLOCK_COMMITTED && block(e, "block") == block, e -> Duration.ZERO);
        assertThat(resumedFrom(id)).isGreaterThan(block);
        requireNoBlockTwice(id);
        assertThat(digest(id)).isEqualTo(digest);
    }

    /**
     * The block is in hand when its process dies. A kill that came when it was committed is repeated with another job, sooner
     * after the block's beginning.
     *
     * @return how many jobs it took
     */
    private int killInside(Recipe recipe, int block, String digest) throws InterruptedException {
        for (int tries = 1; tries <= TRIES; tries++) {
            double share = tries == TRIES ? 0 : Math.scalb(1.0, -tries);
            String id = submit(recipe);
            killAt(id, e -> begins(e, block), e -> shareOfABlock(e, share));
            assertThat(resumedFrom(id)).isGreaterThanOrEqualTo(block);
            requireNoBlockTwice(id);
            assertThat(digest(id)).isEqualTo(digest);
            if (resumedFrom(id) == block) {
                return tries;
            }
        }
        throw new AssertionError("block " + block + " was committed before each of " + TRIES + " kills");
    }

    /** Kills the attempt's process once, some time after the first event of a kind; waits for the job's success. */
    private void killAt(String id, Predicate<JobEvent> moment, Function<JobEvent, Duration> after)
            throws InterruptedException {
        AtomicBoolean killed = new AtomicBoolean();
        inputs.await(id, e -> {
            if (moment.test(e) && killed.compareAndSet(false, true)) {
                LockSupport.parkNanos(after.apply(e).toNanos());
                AttemptProcessHandles.kill();
            }
            return in(JobState.SUCCEEDED).test(e);
        });
        assertThat(killed).isTrue();
    }

    private static boolean begins(JobEvent event, int block) {
        return event.type() == JobEvent.Type.PROGRESS
                && Phase.BLOCKS.name().equals(event.data().get("phase"))
                && block(event, "blocksDone") == block;
    }

    private static int block(JobEvent event, String field) {
        return (Integer) event.data().get(field);
    }

    /** The block at which the second of the job's two attempts began. */
    private int resumedFrom(String id) {
        List<Attempt> attempts = jobs.attempts(id);
        assertThat(attempts).hasSize(2);
        return attempts.get(1).resumedFromBlock();
    }

    private void requireNoBlockTwice(String id) {
        int resumed = resumedFrom(id);
        for (BlockReport block : jobs.blocks(id)) {
            assertThat(block.attempt()).as("block %d", block.block()).isEqualTo(block.block() < resumed ? 1 : 2);
        }
    }

    private String digest(String id) {
        return jobs.artifact(id).orElseThrow().digest();
    }

    private static Duration shareOfABlock(JobEvent event, double share) {
        double seconds = event.data().get("secondsPerBlock") instanceof Number known ? known.doubleValue() : 0.4;
        return Duration.ofMillis((long) (1000 * share * seconds));
    }

    private String submit(Recipe recipe) {
        return switch (recipe) {
            case LEARNS -> inputs.submit(inputs.model());
            case ROUNDS -> inputs.submitPreset(inputs.model(), "gptq-w4a16-g128", "[]");
        };
    }
}
