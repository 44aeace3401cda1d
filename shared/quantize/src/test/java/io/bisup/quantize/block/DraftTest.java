package io.bisup.quantize.block;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.fold.SiteMap;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Permutation;
import io.bisup.llm.transform.Rotations;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class DraftTest {
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock block() {
        return new TinyBlock(TinyModels.nearest(4), TinyModels.config(Architecture.QWEN2, 1));
    }

    private static Permutation reversed(int width) {
        return Permutation.of(
                RUNTIME.manager(),
                IntStream.range(0, width).map(i -> width - 1 - i).toArray());
    }

    private static Smoothing smoothing(Site site, int width, float factor) {
        NDArray start = RUNTIME.manager().full(new Shape(width), factor);
        return new Smoothing(site, new Smoothing.Form.Bounded(start, start.zerosLike()), start.zerosLike());
    }

    /** What is not set is neutral: full ranges, nothing learnt, the weights themselves. */
    @Test
    void anEmptyDraftIsTheBlockItself() {
        try (TinyBlock block = block()) {
            Draft draft = block.draft();
            assertThat(block.unrounded(0, BlockObserver.NONE).toFloatArray())
                    .isEqualTo(block.expected(0, BlockObserver.NONE).toFloatArray());
            assertThat(draft.maps().smoothingParameters()).isEmpty();
            assertThat(draft.weightRanges()).isEmpty();
            assertThat(draft.inputRanges()).isEmpty();
            assertThat(draft.cacheRanges()).isEmpty();
            assertThat(draft.lowRankFactors()).isEmpty();
            assertThat(draft.rounded()).isEmpty();
            assertThat(draft.maps().permutation(Site.QKV)).isNull();
            assertThat(draft.outcome()).isNull();
        }
    }

    /** Producers give channels in their own order: smoothing stands before its site's permutation, wherever that stands. */
    @Test
    void smoothingStandsBeforeThePermutationOfItsSite() {
        try (TinyBlock block = block()) {
            Draft draft = block.draft();
            draft.maps().append(Site.QKV, reversed(64), false);
            draft.maps().append(Site.GATE_UP, reversed(64), false);
            draft.maps().append(Site.DOWN, reversed(128), true);
            draft.maps().append(smoothing(Site.GATE_UP, 64, 2));
            draft.maps().append(smoothing(Site.QKV, 64, 3));
            List<SiteMap> maps = draft.siteMaps(block.work().kernels());
            for (Site site : List.of(Site.QKV, Site.GATE_UP)) {
                assertThat(maps.stream()
                                .filter(map -> map.site() == site)
                                .map(map -> map.reads() instanceof Permutation))
                        .as("%s", site)
                        .containsExactly(false, true);
            }
            assertThat(TinyBlock.relative(
                            block.unrounded(0, BlockObserver.NONE), block.expected(0, BlockObserver.NONE)))
                    .isLessThan(5e-5);
        }
    }

    /** The prefix was computed before any fold: its keys and values follow the folds of their projections. */
    @Test
    void thePrefixFollowsWhatIsFoldedIntoItsProjections() {
        KeyValues prefix = new KeyValues(Gaussians.floats(1, 1, 2, 3, 16), Gaussians.floats(2, 1, 2, 3, 16));
        Rotations rotations = new Rotations(RUNTIME);
        try (ChannelMap queries = rotations.perHead(4, 16, 0);
                ChannelMap values = rotations.perHead(2, 16, 0);
                TinyBlock block =
                        new TinyBlock(TinyModels.nearest(16), TinyModels.config(Architecture.QWEN2, 1), 1, prefix)) {
            NDArray before = block.expected(0, BlockObserver.NONE);
            block.draft().maps().append(new SiteMap(Site.O, queries, values));
            block.draft().maps().append(pairs());
            NDArray after = block.unrounded(0, BlockObserver.NONE);
            assertThat(TinyBlock.relative(after, before)).isLessThan(5e-5);
            assertThat(block.draft().prefix(block.work().kernels()).values().toFloatArray())
                    .isNotEqualTo(prefix.values().toFloatArray());
        }
    }

    private static Smoothing pairs() {
        NDArray s = RUNTIME.manager().full(new Shape(2, 8), 2f);
        return new Smoothing(Site.QUERY_KEY, new Smoothing.Form.Bounded(s, s.zerosLike()), s.zerosLike());
    }

    /** What is put in outlives the scopes of stages and ends with the draft. */
    @Test
    void aDraftOwnsWhatIsPutIn() {
        try (TinyBlock block = block()) {
            int before = managed();
            Draft draft = new Draft(block.work());
            try (NDScope stage = new NDScope()) {
                stage.suppressNotUsedWarning();
                NDArray logits = RUNTIME.manager().zeros(new Shape(64, 2));
                draft.weightRange(BlockTensor.UP, List.of(new RangeLogits(logits, null)));
                draft.inputRange(Site.O, List.of(RUNTIME.manager().zeros(new Shape(2))));
                draft.keyRange(RUNTIME.manager().zeros(new Shape(2, 1, 1)));
                draft.valueRange(RUNTIME.manager().zeros(new Shape(2, 1, 1)));
                draft.keepOut(BlockTensor.UP, RUNTIME.manager().ones(new Shape(64)));
                draft.branch(
                        BlockTensor.UP,
                        new Branch(
                                RUNTIME.manager().zeros(new Shape(128, 2)),
                                RUNTIME.manager().zeros(new Shape(2, 64))));
                draft.maps().append(Site.O, reversed(64), false);
            }
            assertThat(draft.weightRanges().getFirst().toFloatArray()).containsOnly(0);
            assertThat(draft.cacheRanges()).hasSize(2);
            draft.close();
            assertThat(managed()).isEqualTo(before);
        }
    }

    private static int managed() {
        return ((BaseNDManager) RUNTIME.manager()).getManagedArrays().size();
    }

    /** Ranges of keepers are part of the block and not of what is learnt. */
    @Test
    void keepersAreNotLearnt() {
        try (TinyBlock block = block()) {
            NDArray first = RUNTIME.manager().zeros(new Shape(64, 2));
            NDArray kept = RUNTIME.manager().zeros(new Shape(64, 1));
            block.draft()
                    .weightRange(BlockTensor.GATE, List.of(new RangeLogits(first, null), new RangeLogits(kept, null)));
            block.draft().inputRange(Site.GATE_UP, List.of(first, kept));
            assertThat(block.draft().weightRanges()).containsExactly(first);
            assertThat(block.draft().inputRanges()).containsExactly(first);
            assertThat(block.operands().weightClips().get(BlockTensor.GATE)).hasSize(2);
            assertThat(block.operands()
                            .inputClips()
                            .get(Site.GATE_UP)
                            .getFirst()
                            .getFloat(0, 0))
                    .isCloseTo(0.5f, within(1e-6f));
        }
    }

    /** Every purpose of every block has its own numbers, and a resumed run draws them again. */
    @Test
    void seedsAreThoseOfTheRecipe() {
        Seeds seeds = new Seeds(7);
        long drawn = seeds.random(3, "permutation").nextLong();
        assertThat(new Seeds(7).random(3, "permutation").nextLong()).isEqualTo(drawn);
        Set<Long> all = new HashSet<>();
        for (int block = 0; block < 20; block++) {
            all.add(seeds.random(block, "permutation").nextLong());
            all.add(seeds.random(block, "low rank QKV").nextLong());
            all.add(new Seeds(8).random(block, "permutation").nextLong());
        }
        assertThat(all).hasSize(60);
    }
}
