package io.bisup.api.artifact;

import io.bisup.api.input.FileView;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.Failure;
import io.bisup.platform.job.ExportRecord;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An export of an artifact.
 *
 * @param id UUID of version 7
 * @param artifact the artifact's id, which is its job's
 * @param format in which format
 * @param state where it is
 * @param attempt number of the current or last attempt
 * @param workerId who holds or last held it
 * @param progress last reported, while RUNNING
 * @param failure why it or its last attempt failed
 * @param files what it consists of, sorted by name, once SUCCEEDED; each is at files/{name}
 * @param bytes of all files
 * @param digest of the files' names and digests, once SUCCEEDED
 */
public record ExportView(
        String id,
        String artifact,
        ExportFormat format,
        ExportState state,
        int attempt,
        @Nullable String workerId,
        @Nullable ExportedBytes progress,
        @Nullable Failure failure,
        List<FileView> files,
        long bytes,
        @Nullable String digest,
        Instant createdAt,
        @Nullable Instant finishedAt) {

    static ExportView of(ExportRecord export) {
        return new ExportView(
                export.id(),
                export.artifact(),
                export.format(),
                export.state(),
                export.attempt(),
                export.workerId(),
                export.progress(),
                export.failure(),
                FileView.of(export.files()),
                export.bytes(),
                export.digest(),
                export.createdAt(),
                export.finishedAt());
    }
}
