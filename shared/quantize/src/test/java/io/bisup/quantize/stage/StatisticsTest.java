package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.config.Architecture;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.BlockWork;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StatisticsTest {
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock block(List<Transform> transforms, @Nullable Learning learning) {
        Recipe base = TinyModels.nearest(4);
        return new TinyBlock(
                TinyModels.recipe(transforms, base.precision(), base.ranges(), base.rounding(), null, learning),
                TinyModels.config(Architecture.LLAMA, 1));
    }

    private static Statistics collected(TinyBlock block, Statistic... wanted) {
        return Statistics.collect(block.work(), block.draft(), Set.of(wanted));
    }

    /** What is held out of learning is held out of everything that learning starts from. */
    @Test
    void samplesThatAreHeldOutAreNotSeen() {
        try (TinyBlock all = block(List.of(), null);
                TinyBlock part = block(List.of(), TinyModels.learning(Learning.Space.RANGES));
                Statistics whole = collected(all, Statistic.ABS_MAX);
                Statistics seen = collected(part, Statistic.ABS_MAX)) {
            assertThat(whole.tokens()).isEqualTo(8L * TinyBlock.TIME);
            assertThat(seen.tokens()).isEqualTo(6L * TinyBlock.TIME);
        }
    }

    @Test
    void squaresAreTheDiagonalOfSecondMoments() {
        try (TinyBlock block = block(List.of(), null);
                Statistics squares = collected(block, Statistic.MEAN_SQUARE);
                Statistics moments = collected(block, Statistic.SECOND_MOMENTS)) {
            float[] expected = moments.squares(Site.DOWN).toFloatArray();
            float[] actual = squares.squares(Site.DOWN).toFloatArray();
            for (int i = 0; i < expected.length; i++) {
                assertThat(actual[i]).isCloseTo(expected[i], within(1e-4f * expected[i]));
            }
        }
    }

    /** Moments behind maps are those that the mapped inputs have. */
    @Test
    void momentsFollowTheMapsOfTheirSite() {
        Transform.Rotate rotate = new Transform.Rotate(null, null, 1);
        try (TinyBlock block = block(List.of(rotate), null);
                Statistics statistics = collected(block, Statistic.SECOND_MOMENTS)) {
            Applied.to(block, new RotateStage(rotate));
            NDArray mapped = statistics.moments(
                    Site.DOWN, block.draft().siteMaps(block.work().kernels()));
            float[] diagonal = new float[128];
            for (int sample = 0; sample < TinyBlock.SAMPLES; sample++) {
                block.unrounded(sample, new BlockObserver() {
                    @Override
                    public void input(Site site, InputPath.Read read) {
                        float[] values = site == Site.DOWN ? read.exact().toFloatArray() : new float[0];
                        for (int i = 0; i < values.length; i++) {
                            diagonal[i % 128] += values[i] * values[i];
                        }
                    }
                });
            }
            for (int i = 0; i < diagonal.length; i++) {
                assertThat(mapped.getFloat(i, i)).isCloseTo(diagonal[i], within(1e-3f * diagonal[i]));
            }
        }
    }

    /** Nothing is computed for stages that want nothing. */
    @Test
    void nobodyWaitsForWhatNobodyWants() {
        AtomicInteger passes = new AtomicInteger();
        try (TinyBlock block = block(List.of(), null)) {
            BlockWork work = block.work();
            BlockWork counted = new BlockWork(
                    work.runtime(),
                    work.planned(),
                    work.layer(),
                    work.weights(),
                    work.samples(),
                    work.angles(),
                    work.prefix(),
                    work.targetMeanSquare(),
                    work.seeds(),
                    passes::incrementAndGet);
            Statistics.collect(counted, block.draft(), Set.of()).close();
            assertThat(passes).hasValue(0);
            Statistics.collect(counted, block.draft(), Set.of(Statistic.KEY_MEAN))
                    .close();
            assertThat(passes).hasValue(TinyBlock.SAMPLES);
        }
    }

    /** A stage that forgets to ask is told, instead of reading zeros. */
    @Test
    void whatWasNotAskedForIsNotGiven() {
        try (TinyBlock block = block(List.of(), null);
                Statistics statistics = collected(block, Statistic.KEY_MEAN)) {
            assertThatThrownBy(() -> statistics.squares(Site.QKV)).hasMessageContaining("second moments");
            assertThatThrownBy(() -> statistics.absMax(Site.QKV)).hasMessageContaining("largest magnitudes");
        }
    }
}
