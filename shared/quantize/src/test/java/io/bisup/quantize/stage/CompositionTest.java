package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.contract.recipe.Transform.Reorder;
import io.bisup.contract.recipe.Transform.Rotate;
import io.bisup.contract.recipe.Transform.Smooth;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.Plan;
import io.bisup.llm.plan.Planner;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Stages together: whatever the planner lets through keeps the function, and what is neutral changes no bit. */
class CompositionTest {
    private static final DecoderConfig CONFIG = TinyModels.config(Architecture.QWEN2, 1);

    private static final List<Transform> TRANSFORMS = List.of(
            smooth(Smooth.Start.SMOOTHQUANT, Site.QKV, Site.GATE_UP),
            smooth(Smooth.Start.SMOOTHQUANT, Site.O, Site.DOWN, Site.QUERY_KEY),
            smooth(Smooth.Start.ONES, Site.QKV, Site.GATE_UP),
            new Rotate(Set.of(Rotate.Rotation.RESIDUAL), Rotate.Kind.HADAMARD, 1),
            new Rotate(EnumSet.complementOf(EnumSet.of(Rotate.Rotation.RESIDUAL)), Rotate.Kind.HADAMARD, 2),
            new Reorder(Reorder.By.SECOND_MOMENT));

    private static Smooth smooth(Smooth.Start start, Site... sites) {
        return new Smooth(Set.of(sites), start, 0.5, 4, Smooth.Form.BOUNDED, false);
    }

    private static Recipe recipe(List<Transform> transforms) {
        Recipe base = TinyModels.nearest(4);
        return TinyModels.recipe(transforms, base.precision(), Ranges.FULL, base.rounding(), null, null);
    }

    /** Every order of up to three transforms. */
    private static List<List<Transform>> orders() {
        List<List<Transform>> all = new ArrayList<>();
        List<List<Transform>> longest = List.of(List.of());
        for (int length = 1; length <= 3; length++) {
            longest = longest.stream()
                    .flatMap(order -> TRANSFORMS.stream()
                            .filter(next -> !order.contains(next))
                            .map(next -> {
                                List<Transform> longer = new ArrayList<>(order);
                                longer.add(next);
                                return List.copyOf(longer);
                            }))
                    .toList();
            all.addAll(longest);
        }
        return all;
    }

    /** Law 4: full precision is sacred. */
    @Test
    void everyOrderThatThePlannerAllowsKeepsTheFunction() {
        int legal = 0;
        for (List<Transform> order : orders()) {
            Recipe recipe = recipe(order);
            if (Planner.plan(recipe, CONFIG) instanceof Plan.Legal) {
                legal++;
                assertThat(change(recipe)).as("%s", order).isLessThan(1e-4);
            }
        }
        assertThat(legal).isBetween(25, 100);
    }

    private static double change(Recipe recipe) {
        try (NDScope scope = new NDScope();
                TinyBlock block = new TinyBlock(recipe, CONFIG, 1, null)) {
            scope.suppressNotUsedWarning();
            List<BlockStage> stages = new ArrayList<>();
            for (Transform transform : recipe.transforms()) {
                stages.add(
                        switch (transform) {
                            case Smooth smooth -> new SmoothStage(smooth);
                            case Rotate rotate -> new RotateStage(rotate);
                            case Reorder reorder -> new ReorderStage(reorder);
                        });
            }
            Applied.to(block, stages.toArray(BlockStage[]::new));
            return TinyBlock.relative(block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE));
        }
    }

    /** B1: factors of one, ranges of one and a branch of zero give the bits of the base method. */
    @Test
    void everythingNeutralIsTheBase() {
        Smooth ones = smooth(Smooth.Start.ONES, Site.values());
        LowRank zero = new LowRank(4, 1, LowRank.Start.ZERO, LowRank.Reads.EXACT, 0);
        Recipe base = recipe(List.of());
        Recipe neutral = TinyModels.recipe(
                List.of(ones),
                base.precision(),
                Ranges.FULL,
                new Rounding.Nearest(),
                zero,
                TinyModels.learning(Learning.Space.TRANSFORMS, Learning.Space.LOW_RANK));
        try (NDScope scope = new NDScope();
                TinyBlock plain = new TinyBlock(base, CONFIG, 1, null);
                TinyBlock block = new TinyBlock(neutral, CONFIG, 3, null)) {
            scope.suppressNotUsedWarning();
            Applied.to(
                    block,
                    new SmoothStage(ones),
                    new WeightRangeStage(neutral.ranges().weights()),
                    new PathRangeStage(neutral.ranges()),
                    new LowRankStage(zero));
            NDArray expected = plain.nearest(0);
            assertThat(block.nearest(0).toFloatArray()).isEqualTo(expected.toFloatArray());
            assertThat(block.draft().maps().smoothingParameters()).hasSize(5);
            assertThat(block.draft().lowRankFactors()).hasSize(14);
        }
    }
}
