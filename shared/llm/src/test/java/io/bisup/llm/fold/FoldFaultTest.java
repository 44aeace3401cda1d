package io.bisup.llm.fold;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.AttentionWindows;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Rotations;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** R2 and S1: a fold changes some parameters, and every one of them is needed, biases included. */
class FoldFaultTest {
    private static final double SAME = 1e-10;
    private static final double OTHER = 1e-2;

    private final Kernels kernels = TestDevice.runtime().kernels();
    private final Rotations rotations = new Rotations(TestDevice.runtime());
    private final NDScope scope = new NDScope();
    private final FoldedBlock block = new FoldedBlock();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** A Llama with a bias on every projection. */
    private static DecoderConfig biased() {
        DecoderConfig plain = RandomModel.config(Architecture.LLAMA, 1);
        return new DecoderConfig(
                Architecture.LLAMA,
                plain.hiddenSize(),
                1,
                plain.attentionHeads(),
                plain.keyValueHeads(),
                plain.headDim(),
                plain.intermediateSize(),
                plain.vocabSize(),
                plain.rmsNormEpsilon(),
                plain.ropeTheta(),
                plain.ropeScaling(),
                false,
                true,
                false,
                plain.maxPositions(),
                null,
                null,
                true,
                true,
                AttentionWindows.FULL);
    }

    private static Arguments fold(
            String name, DecoderConfig config, Function<FoldedBlock, List<SiteMap>> maps, BlockTensor... touched) {
        return Arguments.of(name, config, maps, EnumSet.copyOf(List.of(touched)));
    }

    static Stream<Arguments> folds() {
        DecoderConfig biased = biased();
        DecoderConfig qwen3 = RandomModel.config(Architecture.QWEN3, 1);
        return Stream.of(
                fold(
                        "smoothing of qkv",
                        biased,
                        block -> List.of(block.smoothing(biased, Site.QKV)),
                        BlockTensor.INPUT_NORM,
                        BlockTensor.QUERY,
                        BlockTensor.KEY,
                        BlockTensor.VALUE),
                fold(
                        "smoothing of o",
                        biased,
                        block -> List.of(block.smoothing(biased, Site.O)),
                        BlockTensor.VALUE,
                        BlockTensor.VALUE_BIAS,
                        BlockTensor.OUTPUT),
                fold(
                        "smoothing of gate and up",
                        biased,
                        block -> List.of(block.smoothing(biased, Site.GATE_UP)),
                        BlockTensor.POST_ATTENTION_NORM,
                        BlockTensor.GATE,
                        BlockTensor.UP),
                fold(
                        "smoothing of down",
                        biased,
                        block -> List.of(block.smoothing(biased, Site.DOWN)),
                        BlockTensor.UP,
                        BlockTensor.UP_BIAS,
                        BlockTensor.DOWN),
                fold(
                        "smoothing of queries and keys",
                        biased,
                        block -> List.of(block.smoothing(biased, Site.QUERY_KEY)),
                        BlockTensor.QUERY,
                        BlockTensor.QUERY_BIAS,
                        BlockTensor.KEY,
                        BlockTensor.KEY_BIAS),
                fold(
                        "smoothing of normed queries and keys",
                        qwen3,
                        block -> List.of(block.smoothing(qwen3, Site.QUERY_KEY)),
                        BlockTensor.QUERY_NORM,
                        BlockTensor.KEY_NORM),
                fold(
                        "reordering of down",
                        biased,
                        block -> List.of(block.reordering(biased, Site.DOWN)),
                        BlockTensor.GATE,
                        BlockTensor.GATE_BIAS,
                        BlockTensor.UP,
                        BlockTensor.UP_BIAS,
                        BlockTensor.DOWN),
                fold(
                        "reordering of qkv",
                        biased,
                        block -> List.of(block.reordering(biased, Site.QKV)),
                        BlockTensor.QUERY,
                        BlockTensor.KEY,
                        BlockTensor.VALUE),
                fold(
                        "rotations inside",
                        biased,
                        block -> block.inside(biased),
                        BlockTensor.VALUE,
                        BlockTensor.VALUE_BIAS,
                        BlockTensor.OUTPUT,
                        BlockTensor.DOWN));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("folds")
    void everyPartnerOfAFoldIsNeeded(
            String name, DecoderConfig config, Function<FoldedBlock, List<SiteMap>> maps, Set<BlockTensor> touched) {
        List<SiteMap> folding = maps.apply(block);
        DecoderBlockWeights weights = block.weights(config);
        DecoderBlockWeights folded = Fold.into(kernels, weights, folding);
        NDArray x = block.x(config);
        NDArray expected = block.run(config, weights, List.of(), x);
        assertThat(FoldedBlock.distance(block.run(config, folded, folding, x), expected))
                .isLessThan(SAME);
        assertThat(changed(weights, folded)).isEqualTo(touched);
        for (BlockTensor forgotten : touched) {
            NDArray actual = block.run(config, without(forgotten, weights, folded), folding, x);
            assertThat(FoldedBlock.distance(actual, expected))
                    .as("%s forgets %s", name, forgotten)
                    .isGreaterThan(OTHER);
        }
    }

    private static Set<BlockTensor> changed(DecoderBlockWeights weights, DecoderBlockWeights folded) {
        Set<BlockTensor> changed = EnumSet.noneOf(BlockTensor.class);
        weights.tensors().forEach((name, tensor) -> {
            if (FoldedBlock.distance(tensor, folded.get(name)) > SAME) {
                changed.add(name);
            }
        });
        return changed;
    }

    private static DecoderBlockWeights without(
            BlockTensor forgotten, DecoderBlockWeights weights, DecoderBlockWeights folded) {
        Map<BlockTensor, NDArray> faulty = new EnumMap<>(folded.tensors());
        faulty.put(forgotten, weights.get(forgotten));
        return new DecoderBlockWeights(faulty);
    }

    /** Biases of projections into the stream turn with it; those of projections out of it do not. */
    @Test
    void everyPartnerOfARotatedStreamIsNeeded() {
        DecoderConfig config = biased();
        ChannelMap q = rotations.residual(config.hiddenSize(), 7);
        DecoderBlockWeights weights = block.weights(config);
        DecoderBlockWeights rotated = Fold.residual(kernels, weights, q);
        NDArray x = block.x(config);
        NDArray expected = q.apply(kernels, block.run(config, weights, List.of(), x));
        NDArray turned = q.apply(kernels, x);
        assertThat(FoldedBlock.distance(block.run(config, rotated, List.of(), turned), expected))
                .isLessThan(SAME);
        Set<BlockTensor> touched = changed(weights, rotated);
        assertThat(touched)
                .containsExactlyInAnyOrder(
                        BlockTensor.INPUT_NORM,
                        BlockTensor.QUERY,
                        BlockTensor.KEY,
                        BlockTensor.VALUE,
                        BlockTensor.OUTPUT,
                        BlockTensor.OUTPUT_BIAS,
                        BlockTensor.POST_ATTENTION_NORM,
                        BlockTensor.GATE,
                        BlockTensor.UP,
                        BlockTensor.DOWN,
                        BlockTensor.DOWN_BIAS);
        for (BlockTensor forgotten : touched) {
            NDArray actual = block.run(config, without(forgotten, weights, rotated), List.of(), turned);
            assertThat(FoldedBlock.distance(actual, expected))
                    .as("without %s", forgotten)
                    .isGreaterThan(OTHER);
        }
    }

    /** R2: a rotation that takes the mean away first, as for LayerNorm, changes models with RMSNorm. */
    @Test
    void takingTheMeanAwayIsSeen() {
        DecoderConfig config = biased();
        DecoderBlockWeights weights = block.weights(config);
        NDArray x = block.x(config);
        NDArray centred = x.sub(x.mean(new int[] {2}, true));
        NDArray moved = block.run(config, weights, List.of(), centred).sub(centred);
        NDArray expected = block.run(config, weights, List.of(), x).sub(x);
        assertThat(FoldedBlock.distance(moved, expected)).isGreaterThan(1e-2);
    }

    /** R2: the rotation applied to the wrong side of the projections. */
    @Test
    void theTransposedRotationIsSeen() {
        DecoderConfig config = biased();
        ChannelMap q = rotations.random(config.hiddenSize(), 7);
        DecoderBlockWeights weights = block.weights(config);
        NDArray x = block.x(config);
        NDArray expected = q.apply(kernels, block.run(config, weights, List.of(), x));
        DecoderBlockWeights rotated = Fold.residual(kernels, weights, q);
        NDArray actual = block.run(config, rotated, List.of(), q.undo(kernels, x));
        assertThat(FoldedBlock.distance(actual, expected)).isGreaterThan(1e-2);
    }

    /** Factors that differ within a rotary pair do not pass the rotation by position (methods §1.2). */
    @Test
    void factorsThatDifferWithinARotaryPairAreSeen() {
        DecoderConfig config = biased();
        NDArray keys = block.random(0.3, 3, config.keyValueWidth());
        NDArray shared = keys.reshape(config.keyValueHeads(), config.headDim())
                .repeat(0, config.queriesPerKeyValueHead())
                .flatten();
        SiteMap untied =
                new SiteMap(Site.QUERY_KEY, new Diagonal(shared.onesLike().div(shared)), new Diagonal(keys));
        DecoderBlockWeights weights = block.weights(config);
        NDArray x = block.x(config);
        NDArray actual = block.run(config, Fold.into(kernels, weights, List.of(untied)), List.of(untied), x);
        assertThat(FoldedBlock.distance(actual, block.run(config, weights, List.of(), x)))
                .isGreaterThan(1e-2);
    }

    @Test
    void whatCannotBeFoldedIsRefused() {
        DecoderConfig config = biased();
        DecoderBlockWeights weights = block.weights(config);
        ChannelMap ones = new Diagonal(TestDevice.runtime().manager().ones(new Shape(config.queryWidth())));
        assertThatThrownBy(() -> Fold.into(kernels, weights, List.of(SiteMap.online(Site.QUERY_KEY, ones))))
                .hasMessageContaining("always folded");
        Map<BlockTensor, NDArray> fewer = new EnumMap<>(weights.tensors());
        fewer.remove(BlockTensor.OUTPUT);
        assertThatThrownBy(() ->
                        Fold.into(kernels, new DecoderBlockWeights(fewer), List.of(block.smoothing(config, Site.O))))
                .hasMessageContaining("lacks self_attn.o_proj.weight");
    }
}
