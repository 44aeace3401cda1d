package io.bisup.bench.eval;

import io.bisup.contract.TaskSample;
import io.bisup.data.task.Metric;
import io.bisup.data.task.Scores;
import io.bisup.measure.task.TaskRules;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Both programs with their models open; they take turns. */
final class Contest implements AutoCloseable {

    private static final int WARM_UP = 2;

    private final OurSide ours;
    private final @Nullable HarnessSide peer;

    /**
     * How the harness is started.
     *
     * @param script that makes its environment and runs it
     * @param model folder that transformers loads
     * @param batch requests that it passes at once
     * @param maxLength tokens that it reads at most
     */
    record Harness(Path script, Path model, int batch, int maxLength) {}

    private Contest(OurSide ours, @Nullable HarnessSide peer) {
        this.ours = ours;
        this.peer = peer;
    }

    /** Opens the model here, and there unless {@code harness} is null. */
    static Contest open(Path model, @Nullable Harness harness, int threads, int maxLength) throws IOException {
        TaskRules rules = new TaskRules(TaskRules.DEFAULT.harness(), TaskRules.DEFAULT.bos(), maxLength);
        OurSide ours = new OurSide(model, threads, rules);
        try {
            HarnessSide peer = harness == null
                    ? null
                    : new HarnessSide(harness.script(), harness.model(), threads, harness.batch(), harness.maxLength());
            return new Contest(ours, peer);
        } catch (IOException | RuntimeException e) {
            ours.close();
            throw e;
        }
    }

    /**
     * Scores a task.
     *
     * @param repetitions runs of each program, of which the faster counts
     */
    EvalRow row(PlannedTask task, int repetitions) throws IOException {
        int documents = task.key().documents();
        HarnessSide harness = peer;
        warmUp(task);
        Side.Timed here = ours.score(task.file(), documents);
        if (harness == null) {
            for (int again = 1; again < repetitions; again++) {
                here = here.faster(ours.score(task.file(), documents));
            }
            return row(task, here, null);
        }
        Side.Timed there = harness.score(task.file(), documents);
        for (int again = 1; again < repetitions; again++) {
            here = here.faster(ours.score(task.file(), documents));
            there = there.faster(harness.score(task.file(), documents));
        }
        return row(task, here, new Beside(there.cost(), Parity.of(here.samples(), there.samples()), harness.program()));
    }

    private void warmUp(PlannedTask task) throws IOException {
        ours.score(task.file(), WARM_UP);
        if (peer != null) {
            peer.score(task.file(), WARM_UP);
        }
    }

    private static EvalRow row(PlannedTask task, Side.Timed here, @Nullable Beside beside) {
        List<TaskSample> samples = here.samples();
        Metric metric = task.file().task().headline();
        return new EvalRow(
                task.key(),
                samples.stream().mapToInt(sample -> sample.ll().size()).sum(),
                metric.id(),
                Scores.of(samples, metric),
                here.cost(),
                beside);
    }

    /** A row in one line. */
    static String sentence(EvalRow row) {
        String here = String.format(
                Locale.ROOT,
                "%s: %d documents, %s %.4f, %.2f s (CPU %.2f)",
                row.key().task(),
                row.key().documents(),
                row.metric(),
                row.score().value(),
                row.ours().seconds(),
                row.ours().cpuSeconds());
        Beside peer = row.peer();
        return peer == null ? here : here + sentence(row.ours(), peer);
    }

    private static String sentence(EvalSide ours, Beside peer) {
        EvalSide theirs = peer.cost();
        return String.format(
                Locale.ROOT,
                "; the harness %.2f s (CPU %.2f), %.2f times as long (CPU %.2f); max |Δll| %.5f, %d outside, %d unequal",
                theirs.seconds(),
                theirs.cpuSeconds(),
                theirs.seconds() / ours.seconds(),
                theirs.cpuSeconds() / ours.cpuSeconds(),
                peer.parity().difference(),
                peer.parity().outside(),
                peer.parity().unequal());
    }

    @Override
    public void close() {
        ours.close();
        if (peer != null) {
            peer.close();
        }
    }
}
