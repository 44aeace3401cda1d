package io.bisup.quantize.stage;

import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.Set;

/** One step of quantizing a block. */
public interface BlockStage {

    /** What it reads; collected once for all stages of a block. */
    default Set<Statistic> needs() {
        return Set.of();
    }

    /** Sets its values in the draft, whose earlier stages have set theirs. */
    void apply(BlockWork work, Statistics statistics, Draft draft);
}
