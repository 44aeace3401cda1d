package io.bisup.quantize.run;

import io.bisup.contract.BlockReport;
import java.nio.file.Path;

/** Takes finished blocks, in order. */
@FunctionalInterface
public interface BlockSink {

    /**
     * A block is finished: its file is complete and is never written again.
     *
     * @param shard the block's safetensors file
     */
    void finished(Path shard, BlockReport report);
}
