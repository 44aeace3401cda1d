package io.bisup.quantize.stage;

import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform.Rotate;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.plan.PlanRotations;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import java.util.Objects;

/** The rotations inside a block (QuaRot, arXiv 2404.00456, §3.2). The residual stream's is in the weights already. */
final class RotateStage implements BlockStage {

    private final Rotate rotate;

    RotateStage(Rotate rotate) {
        this.rotate = rotate;
    }

    @Override
    public void apply(BlockWork work, Statistics statistics, Draft draft) {
        PlanRotations rotations = work.planned().rotations();
        for (Rotate.Rotation of : rotate.of()) {
            switch (of) {
                case RESIDUAL -> {}
                case VALUE_HEADS ->
                    draft.maps()
                            .append(new SiteMap(
                                    Site.O, planned(rotations.valuesOfQueries()), planned(rotations.values())));
                case ACROSS_HEADS -> draft.maps().append(SiteMap.online(Site.O, planned(rotations.acrossHeads())));
                case DOWN -> draft.maps().append(SiteMap.online(Site.DOWN, planned(rotations.down())));
            }
        }
    }

    private static ChannelMap planned(@org.jspecify.annotations.Nullable ChannelMap map) {
        return Objects.requireNonNull(map, "the plan makes every rotation of its recipe");
    }
}
