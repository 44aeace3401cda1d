package io.bisup.worker.attempt;

import io.bisup.contract.ExportedBytes;
import io.bisup.export.Exports;
import io.bisup.export.folder.ScoreTable;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportRefusedException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Consumer;

/** An export as an attempt's process writes it: what it says on the way, and how it ends. */
final class ExportWriting {

    /** Nobody looks more often. */
    private static final Duration BETWEEN_REPORTS = Duration.ofMillis(500);

    private final Consumer<AttemptMessage> supervisor;
    private long next = System.nanoTime();

    ExportWriting(Consumer<AttemptMessage> supervisor) {
        this.supervisor = supervisor;
    }

    AttemptMessage carryOut(AttemptOrder.Export order) {
        try {
            return new AttemptMessage.Exported(Exports.write(
                            order.format(),
                            Path.of(order.artifact()),
                            Path.of(order.target()),
                            ExportOptions.DEFAULT
                                    .withBaseModel(order.baseModel())
                                    .withScores(ScoreTable.of(order.scores())),
                            this::report)
                    .files());
        } catch (ExportRefusedException e) {
            return new AttemptMessage.Refused(e.code(), String.valueOf(e.getMessage()));
        }
    }

    private void report(long written, long total) {
        if (System.nanoTime() - next >= 0) {
            next = System.nanoTime() + BETWEEN_REPORTS.toNanos();
            supervisor.accept(new AttemptMessage.Exporting(new ExportedBytes(written, total)));
        }
    }
}
