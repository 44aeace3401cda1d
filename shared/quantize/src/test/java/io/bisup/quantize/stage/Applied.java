package io.bisup.quantize.stage;

import io.bisup.quantize.TinyBlock;
import java.util.EnumSet;
import java.util.Set;

/** Takes the draft of a block through chosen stages, each with the statistics it asks for. */
final class Applied {

    private Applied() {}

    static void to(TinyBlock block, BlockStage... stages) {
        Set<Statistic> wanted = EnumSet.noneOf(Statistic.class);
        for (BlockStage stage : stages) {
            wanted.addAll(stage.needs());
        }
        try (Statistics statistics = Statistics.collect(block.work(), block.draft(), wanted)) {
            for (BlockStage stage : stages) {
                stage.apply(block.work(), statistics, block.draft());
            }
        }
    }
}
