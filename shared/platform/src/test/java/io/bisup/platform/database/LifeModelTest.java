package io.bisup.platform.database;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.Measurement;
import io.bisup.contract.MergePatch;
import io.bisup.contract.Priority;
import io.bisup.contract.QuantizationJobSpec;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.EvaluationStore;
import io.bisup.platform.job.EventStream;
import io.bisup.platform.job.IllegalTransitionException;
import io.bisup.platform.job.JobLife;
import io.bisup.platform.job.JobRecord;
import io.bisup.platform.job.JobStore;
import io.bisup.platform.job.Origin;
import io.bisup.platform.job.StaleEpochException;
import io.bisup.platform.job.StaleVersionException;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** the store against the state machine, by random commands; commands of older claims change nothing. */
@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class LifeModelTest {

    private static final int STEPS = Integer.getInteger("bisup.model.steps", 600);
    private static final long SEED = Long.getLong("bisup.seed", 20_261_124);
    private static final Duration LEASE = Duration.ofMinutes(10);

    @Inject
    JobStore jobs;

    @Inject
    EvaluationStore evaluations;

    @Inject
    EventStream events;

    private final Random random = new Random(SEED);
    private String id = "";
    private JobLife model = JobLife.SUBMITTED;
    private @Nullable Claim claim;
    private @Nullable Claim stale;
    private int lost;
    private int committed;
    private String retry = "";
    private boolean goOnWithTheRetry;

    @Test
    void theStoreDoesWhatTheMachineSays() {
        begin();
        JobLife.Command[] commands = JobLife.Command.values();
        for (int step = 0; step < STEPS; step++) {
            if (model.state().terminal() && random.nextInt(4) == 0) {
                checkEvents();
                begin();
            }
            JobLife.Command command = commands[random.nextInt(commands.length)];
            commit();
            Optional<JobLife> expected = model.after(command);
            Optional<Boolean> taken = send(command);
            if (taken.isEmpty()) {
                continue; // nobody could send it now
            }
            JobRecord job = jobs.find(id).orElseThrow();
            String what = "step " + step + ": " + command + " in " + model;
            assertThat(taken.get()).as(what).isEqualTo(expected.isPresent());
            model = expected.orElse(model);
            assertThat(new JobLife(job.state(), job.pauseRequested())).as(what).isEqualTo(model);
            if (goOnWithTheRetry) {
                checkEvents();
                begin(retry, committed);
            }
        }
        checkEvents();
    }

    private void begin() {
        String evaluation = random.nextBoolean() ? "{\"evaluation\":[]}" : "{}";
        begin(
                jobs.submit(Given.job(evaluation, java.util.UUID.randomUUID().toString()))
                        .job()
                        .id(),
                0);
    }

    private void begin(String job, int blocks) {
        id = job;
        committed = blocks;
        goOnWithTheRetry = false;
        model = JobLife.SUBMITTED;
        claim = null;
        lost = 0;
    }

    /** Whether the store took it; nothing where it cannot be sent in this test. */
    private Optional<Boolean> send(JobLife.Command command) {
        return switch (command) {
            case CANCEL -> wish(() -> jobs.requestCancel(id));
            case PAUSE -> wish(() -> jobs.requestPause(id));
            case RESUME -> wish(() -> jobs.resume(id));
            case RETRY -> Optional.of(retried());
            case CHANGE -> wish(this::change);
            case CLAIM -> Optional.of(claimed());
            case STOP -> write(c -> jobs.giveBack(c));
            case FAIL -> lost + 1 < FailureCode.LEASE_LOST.attempts() ? write(this::lose) : Optional.empty();
            case FAIL_FOR_GOOD -> write(c -> jobs.fail(c, Failure.of(FailureCode.MALFORMED_CHECKPOINT, "torn")));
            case PUBLISH -> evaluates() ? Optional.empty() : write(this::publish);
            case PUBLISH_TO_EVALUATE -> evaluates() ? write(this::publish) : Optional.empty();
            case PASS -> evaluated(true);
            case MISS -> evaluated(false);
            case EXPIRE -> Optional.empty();
        };
    }

    private boolean evaluates() {
        return !jobs.find(id).orElseThrow().spec().evaluation().isEmpty();
    }

    private static Optional<Boolean> wish(Runnable wish) {
        try {
            wish.run();
            return Optional.of(true);
        } catch (IllegalTransitionException e) {
            return Optional.of(false);
        }
    }

    private boolean claimed() {
        Optional<Claim> won = jobs.claim(id, "w1", LEASE);
        if (won.isPresent()) {
            stale = claim;
            claim = won.get();
        }
        return won.isPresent();
    }

    /** What was committed is the beginning of the retry, with which the test goes on. */
    private boolean retried() {
        boolean taken = wish(() -> retry =
                        jobs.submit(Given.job(Origin.Kind.RETRY, id)).job().id())
                .orElseThrow();
        if (taken) {
            assertThat(jobs.blocks(retry))
                    .extracting("block")
                    .isEqualTo(IntStream.range(0, committed).boxed().toList());
            assertThat(jobs.find(retry).orElseThrow().state()).isEqualTo(JobState.QUEUED);
            goOnWithTheRetry = true;
        }
        return taken;
    }

    /** Another priority and another label; what was decided on an older version changes nothing. */
    private void change() {
        JobRecord job = jobs.find(id).orElseThrow();
        List<Priority> priorities = List.of(Priority.values());
        Priority priority = priorities.get(random.nextInt(priorities.size()));
        var patch = Json.mapper().createObjectNode().put("priority", priority.id());
        patch.putObject("labels").put("step", String.valueOf(random.nextInt()));
        QuantizationJobSpec changed = MergePatch.apply(job.spec(), patch, QuantizationJobSpec.class);
        assertThatThrownBy(() -> jobs.change(id, job.version() - 1, changed)).isInstanceOf(StaleVersionException.class);
        assertThat(jobs.change(id, job.version(), changed).spec()).isEqualTo(changed);
    }

    /** Blocks are committed in between; an older claim commits none. */
    private void commit() {
        if (committed < Given.BLOCKS && model.state() == JobState.RUNNING && random.nextInt(3) == 0) {
            write(held -> jobs.commitBlock(held, Given.block(committed), List.of()));
            committed++;
        }
    }

    private void lose(Claim held) {
        jobs.fail(held, Failure.of(FailureCode.LEASE_LOST, "lost"));
        lost++;
    }

    private void publish(Claim held) {
        jobs.publish(held, Given.manifest(held));
    }

    private Optional<Boolean> write(java.util.function.Consumer<Claim> write) {
        Claim older = stale;
        if (older != null && older.jobId().equals(id) && random.nextInt(3) == 0) {
            assertThat(stored(() -> write.accept(older)))
                    .as("a stale claim writes")
                    .isFalse();
        }
        Claim held = claim;
        return held == null ? Optional.empty() : Optional.of(stored(() -> write.accept(held)));
    }

    private static boolean stored(Runnable write) {
        try {
            write.run();
            return true;
        } catch (StaleEpochException e) {
            return false;
        }
    }

    private Optional<Boolean> evaluated(boolean passes) {
        if (model.state() != JobState.EVALUATING) {
            return Optional.empty();
        }
        String evaluation = evaluations.ofJob(id).getFirst().id();
        var held = evaluations.claim(evaluation, "e1", LEASE).orElseThrow();
        if (passes) {
            evaluations.complete(held, List.of(new Measurement(Given.perplexity(6), Given.perplexity(5))));
        } else {
            evaluations.fail(held, Failure.of(FailureCode.DATASET_TOO_SHORT, "short"));
        }
        return Optional.of(true);
    }

    /** R-20 here too: no gap, and each state may follow the one before. */
    private void checkEvents() {
        long sequence = 0;
        JobState state = JobState.SUBMITTED;
        for (var event : events.read(id, 0, 10_000)) {
            assertThat(event.sequence()).isEqualTo(++sequence);
            if (event.data().get("state") instanceof String next) {
                JobState after = JobState.valueOf(next);
                assertThat(sequence == 1 || state.mayBecome(after))
                        .as(state + " to " + after)
                        .isTrue();
                state = after;
            }
        }
        assertThat(state).isEqualTo(model.state());
    }
}
