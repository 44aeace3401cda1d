package io.bisup.platform.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.JobState;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The state machine alone, over a million random commands. */
class JobLifeTest {

    private static final int STEPS = Integer.getInteger("bisup.life.steps", 1_000_000);

    @Test
    void itKeepsTheRulesOfTheContract() {
        Random random = new Random(1);
        JobLife.Command[] commands = JobLife.Command.values();
        JobLife life = JobLife.SUBMITTED;
        for (int i = 0; i < STEPS; i++) {
            JobLife.Command command = commands[random.nextInt(commands.length)];
            JobLife before = life;
            JobLife after = before.after(command).orElse(before);
            if (!allowed(before, after)) {
                throw new AssertionError(before + " becomes " + after + " after " + command);
            }
            life = after.state().terminal() && random.nextInt(4) == 0 ? JobLife.SUBMITTED : after;
        }
    }

    /** A state follows as the contract says, at most by way of CANCELLING; a pause is asked of what runs. */
    private static boolean allowed(JobLife before, JobLife after) {
        boolean follows = before.state() == after.state()
                || before.state().mayBecome(after.state())
                || (before.state().mayBecome(JobState.CANCELLING) && JobState.CANCELLING.mayBecome(after.state()));
        boolean asked =
                !after.pauseRequested() || after.state() == JobState.RUNNING || after.state() == JobState.CANCELLING;
        return follows && asked && (!before.state().terminal() || before.equals(after));
    }

    @Test
    void everyLiveStateCanBeCancelled() {
        for (JobState state : JobState.values()) {
            boolean possible =
                    new JobLife(state, false).after(JobLife.Command.CANCEL).isPresent();
            assertThat(possible).as(state.name()).isEqualTo(!state.terminal() || state == JobState.CANCELLED);
        }
    }
}
