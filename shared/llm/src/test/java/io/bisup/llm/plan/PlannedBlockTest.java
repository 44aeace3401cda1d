package io.bisup.llm.plan;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.weight.WeightKernels;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PlannedBlockTest {
    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static BlockPlan plan(String recipe, DecoderConfig config) {
        return Planner.require(Json.yaml("version: 2\nname: test\n" + recipe, Recipe.class), config);
    }

    private BlockOperands operands(PlannedBlock planned, @Nullable NDArray keyOffset) {
        DecoderConfig config = planned.plan().config();
        return new BlockOperands(
                DecoderBlockWeights.load(config, 0, RandomModel.source(runtime, config, DataType.FLOAT32)),
                Map.of(),
                Map.of(),
                planned.none(),
                planned.none(),
                keyOffset,
                Map.of(),
                Map.of());
    }

    private NDArray forward(DecoderBlock block, DecoderConfig config, NDArray x) {
        RotaryEmbedding rotary = new RotaryEmbedding(runtime, config, DataType.FLOAT32);
        return block.forward(kernels, x, rotary, AttentionContext.EMPTY);
    }

    /** B2: with quantizers that are identities the block is the trained one, to the bit where nothing maps the keys. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void atSixteenBitsItIsTheTrainedBlock(Architecture architecture) {
        DecoderConfig config = RandomModel.config(architecture, 1);
        NDArray x = Gaussians.floats(8, 1, 16, 64);
        NDArray expected = forward(RandomModel.block(runtime, config, 0, DataType.FLOAT32), config, x);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan("precision: {weights: {bits: 16}}", config))) {
            BlockOperands operands = operands(planned, null);
            DecoderBlockWeights rounded = planned.roundedToNearest(0, kernels, operands);
            assertThat(rounded.tensors()).isEqualTo(operands.weights().tensors());
            assertThat(forward(planned.quantized(0, rounded, operands), config, x)
                            .toFloatArray())
                    .isEqualTo(expected.toFloatArray());
            assertThat(forward(planned.exact(0, operands), config, x).toFloatArray())
                    .isEqualTo(expected.toFloatArray());
        }
    }

    /** Keys at 16 bits in either place, with an offset and a rotation around a quantizer that does nothing. */
    @Test
    void mapsOfTheCacheCostOnlyRoundingErrors() {
        DecoderConfig config = RandomModel.config(Architecture.QWEN3, 1);
        NDArray x = Gaussians.floats(8, 1, 16, 64);
        NDArray expected = forward(RandomModel.block(runtime, config, 0, DataType.FLOAT32), config, x);
        for (String place : List.of("before_rope", "after_rope")) {
            String recipe = "precision: {weights: {bits: 16}, cache: {keys: {bits: 16, place: " + place
                    + ", offset: mean, rotate: true}, values: {bits: 16}}}";
            try (PlannedBlock planned = new PlannedBlock(runtime, plan(recipe, config))) {
                BlockOperands operands = operands(planned, Gaussians.floats(8, 1, 2, 1, 16));
                NDArray actual = forward(planned.quantized(0, operands.weights(), operands), config, x);
                assertThat(actual.sub(expected).abs().max().getFloat())
                        .as(place)
                        .isLessThan(1e-5f * expected.abs().max().getFloat());
            }
        }
    }

    /** The exact block ignores every quantizer and what makes up for it; the quantized one does not. */
    @Test
    void exactMeansThatNothingIsRounded() {
        DecoderConfig config = RandomModel.config(Architecture.LLAMA, 1);
        String recipe =
                "precision: {weights: {bits: 16}, inputs: {bits: 4}, cache: {keys: {bits: 3}, values: {bits: 3}}}";
        NDArray x = Gaussians.floats(8, 1, 16, 64);
        NDArray trained = forward(RandomModel.block(runtime, config, 0, DataType.FLOAT32), config, x);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan(recipe, config))) {
            BlockOperands operands = operands(planned, Gaussians.floats(8, 1, 2, 1, 16));
            operands = new BlockOperands(
                    operands.weights(),
                    Map.of(),
                    Map.of(),
                    planned.none(),
                    planned.none(),
                    operands.keyOffset(),
                    Map.of(BlockTensor.UP, branch()),
                    Map.of());
            assertThat(forward(planned.exact(0, operands), config, x).toFloatArray())
                    .isEqualTo(trained.toFloatArray());
            NDArray quantized = forward(planned.quantized(0, operands.weights(), operands), config, x);
            assertThat(quantized.sub(trained).abs().max().getFloat()).isGreaterThan(0.05f);
        }
    }

    private static LowRankBranch branch() {
        return new LowRankBranch(Gaussians.floats(1, 128, 2), Gaussians.floats(2, 2, 64), LowRank.Reads.EXACT);
    }

    /** Segment by segment as each format rounds its columns. */
    @Test
    void weightsAreRoundedSegmentBySegment() {
        DecoderConfig config = RandomModel.config(Architecture.LLAMA, 1);
        BlockPlan plan = plan("""
                transforms: [{reorder: {}}]
                precision:
                  weights: {bits: 3, symmetric: false, scope: {columns: 20, rows: 2}}
                  keepers: {channels: 8, bits: 8}
                  overrides: {o: {bits: 16}}
                """, config);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan)) {
            BlockOperands operands = operands(planned, null);
            DecoderBlockWeights rounded = planned.roundedToNearest(0, kernels, operands);
            assertThat(rounded.get(BlockTensor.OUTPUT))
                    .isSameAs(operands.weights().get(BlockTensor.OUTPUT));
            for (BlockTensor linear : List.of(BlockTensor.KEY, BlockTensor.DOWN)) {
                NDArray weight = operands.weights().get(linear);
                List<Segment> segments = plan.weightSegments(0, linear);
                long cut = segments.getFirst().columns();
                NDArray expected = fake(weight.get(":, :" + cut), segments.getFirst())
                        .concat(fake(weight.get(":, " + cut + ":"), segments.getLast()), 1);
                assertThat(rounded.get(linear).toFloatArray()).isEqualTo(expected.toFloatArray());
            }
        }
    }

    private NDArray fake(NDArray part, Segment segment) {
        return new WeightKernels(runtime).fake(kernels, part, segment.format(), null, null);
    }

    /** One set of rotations for all blocks, each as wide as what it turns; those the recipe lacks are absent. */
    @Test
    void rotationsAreAsWideAsWhatTheyTurn() {
        DecoderConfig config = RandomModel.config(Architecture.LLAMA, 1);
        String all =
                "transforms: [{rotate: {}}]\nprecision: {weights: {bits: 4}, cache: {keys: {bits: 4}, values: {bits: 4}}}";
        try (PlannedBlock some = new PlannedBlock(
                        runtime,
                        plan("transforms: [{rotate: {of: [down]}}]\nprecision: {weights: {bits: 4}}", config));
                PlannedBlock every = new PlannedBlock(runtime, plan(all, config))) {
            PlanRotations rotations = every.rotations();
            assertThat(rotations.residual().width()).isEqualTo(64);
            assertThat(rotations.values().width()).isEqualTo(32);
            assertThat(rotations.valuesOfQueries().width()).isEqualTo(64);
            assertThat(rotations.acrossHeads().width()).isEqualTo(64);
            assertThat(rotations.down().width()).isEqualTo(every.plan().width(Site.DOWN));
            assertThat(rotations.keys().width()).isEqualTo(16);
            assertThat(some.rotations().down()).isNotNull();
            assertThat(some.rotations().residual()).isNull();
            assertThat(some.rotations().values()).isNull();
            assertThat(some.rotations().acrossHeads()).isNull();
            assertThat(some.rotations().keys()).isNull();
        }
    }

    @Test
    void closingFreesTheRotations() {
        DecoderConfig config = RandomModel.config(Architecture.LLAMA, 1);
        BlockPlan plan = plan("transforms: [{rotate: {}}]\nprecision: {weights: {bits: 4}}", config);
        new PlannedBlock(runtime, plan).close();
        int before = managed();
        PlannedBlock planned = new PlannedBlock(runtime, plan);
        assertThat(managed()).isGreaterThan(before);
        planned.close();
        assertThat(managed()).isEqualTo(before);
    }

    private int managed() {
        return ((BaseNDManager) runtime.manager()).getManagedArrays().size();
    }

    /** Which weights an input meets is told in one place: every linear reads exactly one. */
    @Test
    void everyLinearReadsOneInput() {
        assertThat(BlockSites.LINEARS).hasSize(7).doesNotHaveDuplicates();
        assertThat(BlockSites.inputOf(BlockTensor.UP)).isEqualTo(Site.GATE_UP);
        assertThat(BlockSites.readers(Site.QUERY_KEY)).isEmpty();
    }
}
