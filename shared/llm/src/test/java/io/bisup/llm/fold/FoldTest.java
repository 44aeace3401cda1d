package io.bisup.llm.fold;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.Shape;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.CachePath;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import io.bisup.llm.transform.Rotations;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** S1, R1, R2, A1: maps and their folds leave the block's function as it is, in float64; a missing part is seen. */
class FoldTest {
    private static final double SAME = 1e-10;
    private static final double OTHER = 1e-2;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final Rotations rotations = new Rotations(runtime);
    private final NDScope scope = new NDScope();
    private final FoldedBlock block = new FoldedBlock();
    private final NDArray none = runtime.manager().create(new Shape(0));

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** S1: smoothing at each of the five places. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void smoothingLeavesTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        for (Site site : Site.values()) {
            check(config, List.of(block.smoothing(config, site)), SAME);
        }
    }

    /** S1: factors that only one side knows. */
    @ParameterizedTest
    @EnumSource(Site.class)
    void smoothingOfOneSideIsSeen(Site site) {
        DecoderConfig config = RandomModel.config(Architecture.QWEN2, 1);
        SiteMap whole = block.smoothing(config, site);
        ChannelMap identity =
                new Diagonal(runtime.manager().ones(new Shape(whole.writes().width())));
        SiteMap half = new SiteMap(site, whole.reads(), identity);
        assertThat(difference(config, List.of(half))).isGreaterThan(OTHER);
    }

    /** A1: channels reordered before every linear, folded into gate and up at down. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void reorderingLeavesTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        check(
                config,
                BlockSites.INPUTS.stream()
                        .map(site -> block.reordering(config, site))
                        .toList(),
                SAME);
    }

    /** R1 on values and at run time, alone and after smoothing. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void rotationsInsideABlockLeaveTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        check(config, block.inside(config), SAME);
        List<SiteMap> smoothedFirst = new ArrayList<>();
        smoothedFirst.add(block.smoothing(config, Site.O));
        smoothedFirst.add(block.smoothing(config, Site.DOWN));
        smoothedFirst.addAll(block.inside(config));
        smoothedFirst.add(block.smoothing(config, Site.QKV));
        check(config, smoothedFirst, SAME);
    }

    /** R2: the value bias forgotten, or the rotation on one side only. */
    @Test
    void aPartOfARotationThatIsMissingIsSeen() {
        DecoderConfig config = RandomModel.config(Architecture.QWEN2, 1);
        DecoderBlockWeights weights = block.weights(config);
        NDArray x = block.x(config);
        NDArray expected = block.run(config, weights, List.of(), x);
        DecoderBlockWeights folded = Fold.into(kernels, weights, block.inside(config));
        for (BlockTensor forgotten :
                List.of(BlockTensor.VALUE_BIAS, BlockTensor.VALUE, BlockTensor.OUTPUT, BlockTensor.DOWN)) {
            Map<BlockTensor, NDArray> faulty = new EnumMap<>(folded.tensors());
            faulty.put(forgotten, weights.get(forgotten));
            NDArray actual = block.run(config, new DecoderBlockWeights(faulty), block.inside(config), x);
            assertThat(FoldedBlock.distance(actual, expected))
                    .as("without %s", forgotten)
                    .isGreaterThan(OTHER);
        }
    }

    /** R1 on the residual stream: the block of the rotated stream is the rotated block. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void aRotatedResidualStreamIsTheRotatedBlock(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        DecoderBlockWeights weights = block.weights(config);
        ChannelMap q = rotations.residual(config.hiddenSize(), 7);
        NDArray x = block.x(config);
        NDArray expected = q.apply(kernels, block.run(config, weights, List.of(), x));
        DecoderBlockWeights rotated = Fold.residual(kernels, weights, q);
        NDArray actual = block.run(config, rotated, List.of(), q.apply(kernels, x));
        assertThat(FoldedBlock.distance(actual, expected)).isLessThan(SAME);

        Map<BlockTensor, NDArray> unfused = new EnumMap<>(rotated.tensors());
        unfused.put(BlockTensor.INPUT_NORM, weights.get(BlockTensor.INPUT_NORM));
        assertThat(FoldedBlock.distance(
                        block.run(config, new DecoderBlockWeights(unfused), List.of(), q.apply(kernels, x)), expected))
                .isGreaterThan(OTHER);
    }

    /** The cache's maps around a quantizer that changes nothing, at both places. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void offsetAndRotationOfTheCacheLeaveTheFunctionUnchanged(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        DecoderBlockWeights weights = block.weights(config);
        NDArray x = block.x(config);
        NDArray expected = block.run(config, weights, List.of(), x);
        NDArray offset = block.random(-2, 2, 1, config.keyValueHeads(), 1, config.headDim());
        for (boolean before : new boolean[] {true, false}) {
            CachePath cache = new CachePath(
                    CachePath.exact(none).keys(),
                    CachePath.exact(none).values(),
                    before,
                    offset,
                    rotations.online(config.headDim(), 0),
                    none,
                    none);
            assertThat(FoldedBlock.distance(block.run(config, weights, List.of(), x, cache), expected))
                    .isLessThan(SAME);
        }
    }

    private void check(DecoderConfig config, List<SiteMap> maps, double most) {
        assertThat(difference(config, maps)).as("%s", maps).isLessThan(most);
        DecoderBlockWeights weights = block.weights(config);
        DecoderBlockWeights folded = Fold.into(kernels, weights, maps);
        assertThat(weights.tensors().entrySet())
                .as("something was folded")
                .anyMatch(entry -> FoldedBlock.distance(entry.getValue(), folded.get(entry.getKey())) > OTHER);
    }

    private double difference(DecoderConfig config, List<SiteMap> maps) {
        DecoderBlockWeights weights = block.weights(config);
        NDArray x = block.x(config);
        NDArray expected = block.run(config, weights, List.of(), x);
        return FoldedBlock.distance(block.run(config, Fold.into(kernels, weights, maps), maps, x), expected);
    }
}
