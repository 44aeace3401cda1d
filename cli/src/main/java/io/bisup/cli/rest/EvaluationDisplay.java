package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.Terminal;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/**
 * Shows an evaluation job's way: a bar for each measurement on a terminal; elsewhere a line when another measurement begins, and
 * now and then within one.
 */
final class EvaluationDisplay implements AutoCloseable {

    private static final Duration BETWEEN_LINES = Duration.ofSeconds(30);

    private final PrintWriter out;
    private final Clock clock;
    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private String what = "";
    private Instant next = Instant.MIN;

    EvaluationDisplay(PrintWriter out, Clock clock) {
        this.out = out;
        this.clock = clock;
        this.terminal = Terminal.isInteractive();
    }

    /** @param job as the API gives it */
    void show(JsonNode job) {
        JsonNode progress = job.path("progress");
        String now = progress.isObject()
                ? progress.path("what").asText()
                : job.path("state").asText().toLowerCase(Locale.ROOT);
        if (terminal && progress.isObject()) {
            bar(now, progress).stepTo(progress.path("done").asInt());
        } else if (!terminal && (!now.equals(what) || !clock.instant().isBefore(next))) {
            next = clock.instant().plus(BETWEEN_LINES);
            out.println(progress.isObject() ? line(progress) : now);
            out.flush();
        }
        what = now;
    }

    /** "piqa, artifact 12 of 200, about 30 s left". */
    static String line(JsonNode progress) {
        return progress.path("what").asText() + " " + progress.path("done").asInt() + " of "
                + progress.path("of").asInt() + eta(progress);
    }

    private static String eta(JsonNode progress) {
        double seconds = progress.path("etaSeconds").asDouble(Double.NaN);
        return Double.isNaN(seconds) ? "" : String.format(Locale.ROOT, ", about %.0f s left", seconds);
    }

    private ProgressBar bar(String now, JsonNode progress) {
        if (bar == null || !now.equals(what)) {
            close();
            bar = new ProgressBarBuilder()
                    .setTaskName(now)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setInitialMax(Math.max(1, progress.path("of").asInt()))
                    .setUpdateIntervalMillis(250)
                    .hideEta()
                    .build();
        }
        return bar.setExtraMessage(eta(progress));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
