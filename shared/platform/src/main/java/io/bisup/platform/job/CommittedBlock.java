package io.bisup.platform.job;

import io.bisup.contract.BlockReport;
import io.bisup.contract.ObjectEntry;
import java.util.List;

/**
 * A block that needs no more work.
 *
 * @param report what happened to it
 * @param objects its shard and its checkpoint, as uploaded by the attempt that committed it
 */
public record CommittedBlock(BlockReport report, List<ObjectEntry> objects) {

    public CommittedBlock {
        objects = List.copyOf(objects);
    }
}
