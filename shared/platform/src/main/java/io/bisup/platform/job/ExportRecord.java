package io.bisup.platform.job;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.ExportedBytes;
import io.bisup.contract.Failure;
import io.bisup.contract.ObjectEntry;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An export of an artifact as the database has it now.
 *
 * @param id UUID of version 7
 * @param artifact the artifact's id, which is its job's
 * @param format which form
 * @param state where it is
 * @param attempt number of the current or last attempt
 * @param workerId who holds or last held it, or null
 * @param progress last reported, while RUNNING
 * @param failure why it or its last attempt failed, or null
 * @param files what it consists of, sorted by name, once SUCCEEDED
 * @param digest of the files' names and digests, once SUCCEEDED
 */
public record ExportRecord(
        String id,
        String artifact,
        ExportFormat format,
        ExportState state,
        int attempt,
        @Nullable String workerId,
        @Nullable ExportedBytes progress,
        @Nullable Failure failure,
        List<ObjectEntry> files,
        @Nullable String digest,
        Instant createdAt,
        @Nullable Instant finishedAt) {
    public ExportRecord {
        files = List.copyOf(files);
    }

    public long bytes() {
        return files.stream().mapToLong(ObjectEntry::bytes).sum();
    }
}
