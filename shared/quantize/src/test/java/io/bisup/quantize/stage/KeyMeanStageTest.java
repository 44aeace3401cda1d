package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.contract.recipe.Transform.Smooth;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.config.Architecture;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class KeyMeanStageTest {
    private static final Smooth QUERY_KEY =
            new Smooth(Set.of(Site.QUERY_KEY), Smooth.Start.ONES, 0.5, 4, Smooth.Form.BOUNDED, false);

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Only keys are rounded. */
    private static Recipe recipe(CacheFormat.Place place, List<Transform> transforms) {
        CacheFormat cache = new CacheFormat(
                Format.integer(3, true, new Scope.Head()),
                Format.integer(16, true, new Scope.Head()),
                place,
                CacheFormat.Offset.MEAN,
                CacheFormat.Toggle.OFF);
        return TinyModels.recipe(
                transforms,
                new Precision(Format.exact(), Format.exact(), cache, null, Map.of()),
                Ranges.FULL,
                new Rounding.Nearest(),
                null,
                transforms.isEmpty() ? null : TinyModels.learning(Learning.Space.TRANSFORMS));
    }

    private static List<NDArray> keys(TinyBlock block, int samples) {
        List<NDArray> seen = new ArrayList<>();
        for (int sample = 0; sample < samples; sample++) {
            block.unrounded(sample, new BlockObserver() {
                @Override
                public void keys(NDArray keys) {
                    seen.add(keys.mean(new int[] {2}, true));
                }
            });
        }
        return seen;
    }

    @ParameterizedTest
    @EnumSource(names = {"BEFORE_ROPE", "AFTER_ROPE"})
    void theOffsetIsTheMeanOfTheKeysWhereTheyAreQuantized(CacheFormat.Place place) {
        Recipe recipe = recipe(place, List.of());
        try (TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.QWEN2, 1))) {
            Applied.to(block, new KeyMeanStage());
            assertMean(block, TinyBlock.SAMPLES);
        }
    }

    private static void assertMean(TinyBlock block, int samples) {
        List<NDArray> means = keys(block, samples);
        NDArray sum = means.getFirst();
        for (NDArray mean : means.subList(1, means.size())) {
            sum = sum.add(mean);
        }
        float[] expected = sum.div(samples).toFloatArray();
        assertThat(block.operands().keyOffset().toFloatArray()).containsExactly(expected, within(1e-4f));
    }

    /** Keys that are divided by learnt factors have another mean. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void theMeanIsSmoothedWithItsKeys(Architecture architecture) {
        Recipe recipe = recipe(CacheFormat.Place.AFTER_ROPE, List.of(QUERY_KEY));
        try (TinyBlock block = new TinyBlock(recipe, TinyModels.config(architecture, 1))) {
            Applied.to(block, new SmoothStage(QUERY_KEY), new KeyMeanStage());
            block.draft().maps().smoothingParameters().getFirst().addi(1);
            assertMean(block, 6);
        }
    }
}
