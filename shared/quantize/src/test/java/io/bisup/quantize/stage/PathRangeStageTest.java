package io.bisup.quantize.stage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Ranges;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.contract.recipe.Transform.Smooth;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.InputPath;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.kernel.LossWeights;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Samples;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PathRangeStageTest {
    private static final Range FULL = new Range.Full();
    private static final Range SEARCHED = new Range.Searched(2);
    private static final Format EXACT = Format.exact();
    private static final Format HEAD3 = Format.integer(3, true, new Scope.Head());
    private static final Format ROW3 = Format.integer(3, true, new Scope.Row());

    private static final Ranges INPUTS_SEARCHED = new Ranges(FULL, SEARCHED, FULL);
    private static final int SAMPLES = 2;

    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static TinyBlock ranged(
            Format inputs, Format keys, Format values, Range ofInputs, Range ofCache, @Nullable Learning learning) {
        CacheFormat cache = new CacheFormat(
                keys, values, CacheFormat.Place.BEFORE_ROPE, CacheFormat.Offset.NONE, CacheFormat.Toggle.ON);
        Ranges ranges = new Ranges(FULL, ofInputs, ofCache);
        Recipe recipe = TinyModels.recipe(
                List.of(),
                new Precision(EXACT, inputs, cache, null, Map.of()),
                ranges,
                new Rounding.Nearest(),
                null,
                learning);
        TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), SAMPLES, null);
        Applied.to(block, new PathRangeStage(ranges));
        return block;
    }

    @Test
    void fullRangesThatAreNotLearntStayUnset() {
        try (TinyBlock block = ranged(ROW3, HEAD3, HEAD3, FULL, FULL, null)) {
            assertThat(block.operands().inputClips()).isEmpty();
            assertThat(block.draft().cacheRanges()).isEmpty();
        }
    }

    @Test
    void whatIsLearntStartsBelowOne() {
        try (TinyBlock block = ranged(ROW3, HEAD3, HEAD3, FULL, FULL, TinyModels.learning(Learning.Space.RANGES))) {
            assertThat(block.draft().inputRanges()).hasSize(4);
            assertThat(block.draft().cacheRanges()).hasSize(2);
            for (float factor : block.operands().keyClip().toFloatArray()) {
                assertThat(factor).isCloseTo(0.982014f, within(1e-5f));
            }
        }
    }

    /** A space that is not named is not learnt, and a full range of it stays unset. */
    @Test
    void inputsAndCacheAreLearntApart() {
        try (TinyBlock block =
                ranged(ROW3, HEAD3, HEAD3, FULL, FULL, TinyModels.learning(Learning.Space.CACHE_RANGES))) {
            assertThat(block.draft().inputRanges()).isEmpty();
            assertThat(block.draft().cacheRanges()).hasSize(2);
        }
    }

    @Test
    void fixedFactorsAreThoseOfEveryGroupAndHead() {
        Format grouped = Format.integer(4, true, Scope.columns(32));
        try (TinyBlock block = ranged(grouped, HEAD3, HEAD3, new Range.Fixed(0.9), new Range.Fixed(0.95), null)) {
            NDArray down = block.operands().inputClips().get(Site.DOWN).getFirst();
            assertThat(down.getShape().getShape()).containsExactly(4);
            assertThat(down.toFloatArray()).containsExactly(new float[] {0.9f, 0.9f, 0.9f, 0.9f}, within(1e-6f));
            assertThat(block.operands().valueClip().getShape().getShape()).containsExactly(2, 1, 1);
            assertThat(block.operands().valueClip().toFloatArray())
                    .containsExactly(new float[] {0.95f, 0.95f}, within(1e-6f));
        }
    }

    /** Judged by what inputs are for, site by site: the outputs of their linears on the samples that are searched. */
    @Test
    void searchedInputsLoseLess() {
        Map<Site, double[]> errors = new EnumMap<>(Site.class);
        try (TinyBlock block = ranged(ROW3, EXACT, EXACT, SEARCHED, FULL, null)) {
            NDArray full = block.work().none();
            for (int sample = 0; sample < SAMPLES; sample++) {
                block.unrounded(sample, new BlockObserver() {
                    @Override
                    public void input(Site site, InputPath.Read read) {
                        double[] sums = errors.computeIfAbsent(site, s -> new double[2]);
                        NDArray found = block.operands().inputClips().get(site).getFirst();
                        sums[0] += outputError(block, site, read.exact(), found);
                        sums[1] += outputError(block, site, read.exact(), full);
                    }
                });
            }
        }
        assertThat(errors).containsOnlyKeys(BlockSites.INPUTS);
        errors.forEach((site, sums) -> assertThat(sums[0]).as("%s", site).isLessThan(0.99 * sums[1]));
    }

    private static double outputError(TinyBlock block, Site site, NDArray x, NDArray clip) {
        Kernels kernels = block.work().kernels();
        NDArray lost = x.sub(QuantKernels.fake(kernels, x, ROW3, clip, clip, false));
        double sum = 0;
        for (BlockTensor reader : BlockSites.readers(site)) {
            NDArray weight = block.operands().weights().get(reader);
            sum += LinearKernels.linear(kernels, lost, weight, null, false)
                    .square()
                    .sum()
                    .getFloat();
        }
        return sum;
    }

    @Test
    void searchedCachesLoseLess() {
        assertThat(cacheError(SEARCHED)).isLessThan(0.98 * cacheError(FULL));
    }

    private static double cacheError(Range range) {
        try (TinyBlock block = ranged(EXACT, HEAD3, HEAD3, FULL, range, null)) {
            double sum = 0;
            for (int sample = 0; sample < SAMPLES; sample++) {
                sum += TinyBlock.error(block.nearest(sample), block.expected(sample, BlockObserver.NONE));
            }
            return sum;
        }
    }

    /** 1.00, 0.98, …, 0.30; what is learnt starts at 0.982 at most. */
    @Test
    void searchedFactorsAreOfTheGrid() {
        try (TinyBlock block = ranged(ROW3, HEAD3, HEAD3, SEARCHED, FULL, null)) {
            for (Site site : BlockSites.INPUTS) {
                double factor =
                        block.operands().inputClips().get(site).getFirst().getFloat();
                assertThat(factor).isBetween(0.3 - 1e-6, 1.0);
                assertThat(factor * 50).isCloseTo(Math.rint(factor * 50), within(1e-3));
            }
        }
        assertThat(ClipGrid.factors()).hasSize(36).startsWith(1.0).endsWith(1 - 35 * 0.02);
        assertThat(ClipGrid.logit(1, true)).isEqualTo(4);
        assertThat(1 / (1 + Math.exp(-ClipGrid.logit(0.7, true)))).isCloseTo(0.7, within(1e-12));
    }

    /** Smoothing that is folded into keys and values is folded into the prefix, so what follows attention is as before. */
    @Test
    void aPrefixIsSearchedAsTheFoldedBlockSeesIt() {
        Random random = new Random(5);
        KeyValues prefix = new KeyValues(
                Gaussians.floats(random, 1, 2, 6, 16),
                Gaussians.floats(random, 1, 2, 6, 16).mul(4));
        Smooth smooth = new Smooth(
                Set.of(Site.O, Site.QUERY_KEY), Smooth.Start.SMOOTHQUANT, 0.5, 4, Smooth.Form.BOUNDED, false);
        try (TinyBlock plain = behind(prefix, List.of());
                TinyBlock folded = behind(prefix, List.of(smooth))) {
            Applied.to(folded, new SmoothStage(smooth));
            for (TinyBlock block : List.of(plain, folded)) {
                Applied.to(block, new PathRangeStage(INPUTS_SEARCHED));
            }
            for (Site site : List.of(Site.GATE_UP, Site.DOWN)) {
                assertThat(inputFactor(folded, site)).as("%s", site).isEqualTo(inputFactor(plain, site));
            }
        }
    }

    private static TinyBlock behind(KeyValues prefix, List<Transform> transforms) {
        Precision precision =
                new Precision(EXACT, ROW3, TinyModels.nearest(16).precision().cache(), null, Map.of());
        Recipe recipe = TinyModels.recipe(transforms, precision, INPUTS_SEARCHED, new Rounding.Nearest(), null, null);
        return new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), SAMPLES, prefix);
    }

    private static float inputFactor(TinyBlock block, Site site) {
        return block.operands().inputClips().get(site).getFirst().getFloat();
    }

    /** One pass over four samples is enough, and what learning holds out is not looked at before. */
    @ParameterizedTest
    @CsvSource({"8, 4", "4, 3"})
    void fewSamplesAreReadAndNoneThatIsHeldOut(int samples, int read) {
        Recipe recipe = TinyModels.bisup(3);
        try (TinyBlock block = new TinyBlock(recipe, TinyModels.config(Architecture.LLAMA, 1), samples, null)) {
            ReadSamples seen = new ReadSamples(block.work().samples());
            try (Statistics none = Statistics.collect(block.work(), block.draft(), Set.of())) {
                new PathRangeStage(recipe.ranges()).apply(seen.of(block.work()), none, block.draft());
            }
            assertThat(seen.inputs)
                    .containsExactlyElementsOf(IntStream.range(0, read).boxed().toList());
        }
    }

    /** Samples that note which inputs are read. */
    private record ReadSamples(Samples samples, List<Integer> inputs) implements Samples {

        ReadSamples(Samples samples) {
            this(samples, new ArrayList<>());
        }

        BlockWork of(BlockWork work) {
            return new BlockWork(
                    work.runtime(),
                    work.planned(),
                    work.layer(),
                    work.weights(),
                    this,
                    work.angles(),
                    work.prefix(),
                    work.targetMeanSquare(),
                    work.seeds(),
                    work.control());
        }

        @Override
        public int count() {
            return samples.count();
        }

        @Override
        public NDArray input(int sample) {
            inputs.add(sample);
            return samples.input(sample);
        }

        @Override
        public NDArray target(int sample) {
            return samples.target(sample);
        }

        @Override
        public LossWeights lossWeights(int sample) {
            return samples.lossWeights(sample);
        }
    }

    /** Keys alone at few bits: values have no range. */
    @Test
    void anExactHalfOfTheCacheHasNoRange() {
        try (TinyBlock block = ranged(EXACT, HEAD3, Format.integer(16, true, new Scope.Head()), FULL, SEARCHED, null)) {
            assertThat(block.operands().keyClip().size()).isEqualTo(2);
            assertThat(block.operands().valueClip().size()).isZero();
            block.draft().close();
            assertThat(block.work().none().toFloatArray())
                    .as("the next blocks' sign of a full range")
                    .isEmpty();
        }
    }
}
