package io.bisup.cli.rest;

import io.bisup.cli.Terminal;
import io.bisup.contract.JobState;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Consumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** Shows a job's way: a bar that moves on a terminal, a line per change elsewhere. */
public final class JobDisplay implements Consumer<JobView>, AutoCloseable {

    private final PrintWriter out;
    private final String name;
    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private String lastLine = "";

    /**
     * @param out where lines go when there is no terminal
     * @param name what the job is called in front of the bar
     */
    public JobDisplay(PrintWriter out, String name) {
        this.out = out;
        this.name = name;
        this.terminal = Terminal.isInteractive();
    }

    @Override
    public void accept(JobView job) {
        String step = step(job);
        if (terminal) {
            bar(job).setExtraMessage(state(job) + eta(job)).stepTo(job.blocksDone());
        } else if (!step.equals(lastLine)) {
            out.println(name + "  " + step);
            out.flush();
        }
        lastLine = step;
    }

    private static String step(JobView job) {
        if (job.state() != JobState.RUNNING || job.phase().isEmpty()) {
            return state(job);
        }
        if (!job.waitingFor().isEmpty()) {
            return state(job) + ", " + job.waitingFor();
        }
        return job.phase().equals("blocks")
                ? state(job) + ", block " + job.blocksDone() + " of " + job.blocks() + " done" + eta(job)
                : state(job) + ", " + job.phase();
    }

    private static String state(JobView job) {
        return job.state().name().toLowerCase(Locale.ROOT);
    }

    private static String eta(JobView job) {
        return job.state() != JobState.RUNNING || Double.isNaN(job.etaSeconds())
                ? ""
                : String.format(Locale.ROOT, ", about %.0f s left", job.etaSeconds());
    }

    private ProgressBar bar(JobView job) {
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUnit(" blocks", 1)
                    .setInitialMax(Math.max(1, job.blocks()))
                    .setUpdateIntervalMillis(250)
                    .hideEta()
                    .build();
        }
        return bar.maxHint(Math.max(1, job.blocks()));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
