package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform.Rotate;
import io.bisup.contract.recipe.Transform.Rotate.Rotation;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.fold.SiteMap;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class RotateStageTest {
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock rotated(Architecture architecture, Set<Rotation> of, Rotate.Kind kind) {
        Rotate rotate = new Rotate(of, kind, 3);
        Recipe recipe = TinyModels.recipe(
                List.of(rotate), TinyModels.nearest(4).precision(), Ranges.FULL, new Rounding.Nearest(), null, null);
        TinyBlock block = new TinyBlock(recipe, TinyModels.config(architecture, 1), 1, null);
        Applied.to(block, new RotateStage(rotate));
        return block;
    }

    @ParameterizedTest
    @EnumSource(Rotation.class)
    void eachRotationAloneKeepsTheFunction(Rotation of) {
        try (TinyBlock block = rotated(Architecture.QWEN2, Set.of(of), Rotate.Kind.HADAMARD)) {
            assertThat(TinyBlock.relative(
                            block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE)))
                    .isLessThan(5e-5);
        }
    }

    @ParameterizedTest
    @EnumSource(Architecture.class)
    void allRotationsTogetherKeepTheFunction(Architecture architecture) {
        for (Rotate.Kind kind : Rotate.Kind.values()) {
            try (TinyBlock block = rotated(architecture, Rotate.ALL, kind)) {
                assertThat(TinyBlock.relative(
                                block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE)))
                        .as("%s", kind)
                        .isLessThan(5e-5);
            }
        }
    }

    /** The weights come rotated: R1 leaves nothing to do in a block. Of the others, those without a partner act at run time. */
    @Test
    void onlyWhatHasNoProducerToFoldIntoActsAtRunTime() {
        try (TinyBlock block = rotated(Architecture.LLAMA, Rotate.ALL, Rotate.Kind.HADAMARD)) {
            List<SiteMap> maps = block.draft().siteMaps(block.work().kernels());
            assertThat(maps).extracting(SiteMap::site).containsExactly(Site.O, Site.O, Site.DOWN);
            assertThat(maps).extracting(SiteMap::isFolded).containsExactly(true, false, false);
            assertThat(block.operands().online()).containsOnlyKeys(Site.O, Site.DOWN);
        }
    }

    /** Why it is done: the largest magnitude comes nearer to the typical one. */
    @Test
    void theInputOfDownLosesItsOutliers() {
        try (TinyBlock block = rotated(Architecture.LLAMA, Set.of(Rotation.DOWN), Rotate.Kind.HADAMARD)) {
            block.unrounded(0, new BlockObserver() {
                @Override
                public void input(Site site, InputPath.Read read) {
                    if (site == Site.DOWN) {
                        assertThat(peak(read.exact())).isLessThan(0.8 * peak(read.raw()));
                    } else {
                        assertThat(read.exact()).isSameAs(read.raw());
                    }
                }
            });
        }
    }

    /** The largest magnitude over the root mean square. */
    private static double peak(NDArray x) {
        return x.abs().max().getFloat() / Math.sqrt(x.square().mean().getFloat());
    }
}
