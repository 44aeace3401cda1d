package io.bisup.cli.local;

import io.bisup.cli.Terminal;
import io.bisup.measure.Progress;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A progress bar with the time left, on a terminal; nothing where no person watches. Interrupting the command cancels. */
final class Bar implements Progress, AutoCloseable {

    private final String name;
    private final String unit;
    private @Nullable ProgressBar bar;

    Bar(String name, String unit) {
        this.name = name;
        this.unit = unit;
    }

    @Override
    public void done(int done, int of) {
        if (!Terminal.isInteractive()) {
            return;
        }
        if (bar == null) {
            bar = new ProgressBarBuilder()
                    .setTaskName(name)
                    .setStyle(ProgressBarStyle.UNICODE_BLOCK)
                    .setUnit(" " + unit, 1)
                    .setInitialMax(of)
                    .setUpdateIntervalMillis(250)
                    .build();
        }
        bar.stepTo(done);
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
        }
    }
}
