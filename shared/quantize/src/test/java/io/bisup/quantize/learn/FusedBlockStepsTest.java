package io.bisup.quantize.learn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.stage.Stages;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Steps on the fused kernels against those of the block's graph, at every step of a training that all stages lead up to. */
class FusedBlockStepsTest {
    /** How far apart two steps may be, relative: of the loss, and of each gradient's norm. */
    private record Tolerance(double loss, double gradient) {}

    private static final Tolerance EXACT = new Tolerance(1e-5, 5e-5);
    /** Gradients are summed in another order and rounded to bfloat16, of three digits, on the way. */
    private static final Tolerance NARROW = new Tolerance(1e-5, 0.05);

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();

    @BeforeEach
    void onlyOnACpu() {
        assumeFalse(runtime.device().isGpu(), "CPU kernels");
    }

    /** A recipe over a kind of block. */
    record Case(String name, DecoderConfig config, int prefix, String recipe) {
        @Override
        public String toString() {
            return name;
        }
    }

    private static final String LEARNING = """
            ranges: {weights: searched, inputs: searched, cache: searched}
            compensation: {rank: 3, start: whitened_svd}
            learning: {of: [ranges, transforms, low_rank], epochs: 2, rate: 0.005, lowRankRate: 0.0005, heldOut: 1}
            """;
    private static final String SMOOTHED = """
            transforms: [{smooth: {sites: [qkv, o, gate_up, down, query_key], start: smoothquant, alpha: 0.5, bound: 4}}]
            """;

    static Stream<Case> cases() {
        return Stream.of(
                new Case(
                        "bisup", RandomWork.llama(), 0, SMOOTHED + precision("symmetric: true", "before_rope", "none")),
                new Case(
                        "o smoothed under a prefix",
                        RandomWork.llama(),
                        5,
                        SMOOTHED + precision("symmetric: true", "after_rope", "mean")),
                new Case(
                        "bias learnt with its keys",
                        RandomWork.qwen2(),
                        3,
                        SMOOTHED + precision("symmetric: false", "before_rope", "bias")),
                new Case(
                        "head norms smoothed",
                        RandomWork.qwen3(),
                        4,
                        SMOOTHED + precision("symmetric: false", "before_rope", "mean")),
                new Case(
                        "over quarot", RandomWork.llama(), 5, """
                        transforms:
                          - smooth: {sites: [o, down], start: smoothquant, alpha: 0.5, bound: 4}
                          - rotate: {of: [residual, value_heads, across_heads, down], seed: 0}
                          - smooth: {sites: [qkv, gate_up], start: ones, bound: 4}
                        """ + precision("symmetric: true", "after_rope", "none")),
                new Case(
                        "over atom",
                        RandomWork.llama(),
                        5,
                        """
                        transforms:
                          - reorder: {by: second_moment}
                          - smooth: {sites: [qkv, o, gate_up, down], start: smoothquant, spareKeepers: true, bound: 4}
                        """ + precision("symmetric: true, rows: 2", "before_rope", "none")));
    }

    private static String precision(String weights, String place, String offset) {
        boolean tiles = weights.contains("rows");
        return """
                precision:
                  weights: {bits: 3, symmetric: %s, scope: {columns: 24, rows: %d}}
                  inputs: {bits: 4, symmetric: true, scope: {columns: 24}}
                %s  cache:
                    keys: {bits: 3, symmetric: false, place: %s, offset: %s, rotate: true}
                    values: {bits: 4}
                """.formatted(
                        weights.contains("true"),
                        tiles ? 2 : 1,
                        tiles ? "  keepers: {channels: 8, bits: 8}\n" : "",
                        place,
                        offset);
    }

    private static BlockPlan plan(Case which) {
        Recipe recipe = Json.yaml("version: 2\nname: test\n" + which.recipe + LEARNING, Recipe.class);
        return Planner.require(recipe, which.config);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everyStepIsThatOfTheGraph(Case which) {
        compare(runtime, which, EXACT);
    }

    @ParameterizedTest
    @MethodSource("cases")
    void inBfloat16EveryStepIsNearThatOfTheGraph(Case which) {
        compare(runtime.computing(Compute.BFLOAT16), which, NARROW);
    }

    private void compare(TensorRuntime computing, Case which, Tolerance tolerance) {
        try (RandomWork random = new RandomWork(computing, plan(which), which.prefix);
                FusedBlockSteps fused = new FusedBlockSteps(computing);
                Draft draft = new Draft(random.work())) {
            Comparing comparing = new Comparing(fused, tolerance);
            new Stages(random.work().plan(), comparing).apply(random.work(), draft);
            assertThat(comparing.steps).isEqualTo(6);
        }
    }

    @Test
    void theFastestThatRunsThePlanIsChosen() {
        BlockPlan plan = plan(cases().findFirst().orElseThrow());
        try (BlockSteps steps = BlockSteps.bestFor(plan, runtime)) {
            assertThat(steps).isInstanceOf(FusedBlockSteps.class);
        }
    }

    /** Takes every step twice, and trains with the graph's. */
    private final class Comparing implements BlockSteps {
        private final BlockSteps fused;
        private final Tolerance tolerance;
        private int steps;

        Comparing(BlockSteps fused, Tolerance tolerance) {
            this.fused = fused;
            this.tolerance = tolerance;
        }

        @Override
        public BlockStep create(BlockWork work, Draft draft) {
            BlockStep expected = GRAPH.create(work, draft);
            BlockStep actual = fused.create(work, draft);
            Map<String, List<NDArray>> learnt = Map.of(
                    "smoothing", draft.maps().smoothingParameters(),
                    "weight ranges", draft.weightRanges(),
                    "input ranges", draft.inputRanges(),
                    "cache ranges", draft.cacheRanges(),
                    "branches", draft.lowRankFactors());
            return new BlockStep() {
                @Override
                public double learn(int sample) {
                    steps++;
                    return compare(sample, expected, actual, learnt, tolerance);
                }

                @Override
                public double measure(int... samples) {
                    return expected.measure(samples);
                }
            };
        }
    }

    private double compare(
            int sample, BlockStep expected, BlockStep actual, Map<String, List<NDArray>> learnt, Tolerance tolerance) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            List<NDArray> leaves =
                    learnt.values().stream().flatMap(List::stream).toList();
            double loss = actual.learn(sample);
            List<NDArray> gradients = leaves.stream()
                    .map(leaf -> kernels.gradient(leaf).duplicate())
                    .toList();
            kernels.zeroGradients(leaves.toArray(NDArray[]::new));
            double expectedLoss = expected.learn(sample);
            assertThat(loss).isCloseTo(expectedLoss, within(tolerance.loss * expectedLoss));
            learnt.forEach((name, parameters) -> {
                for (NDArray leaf : parameters) {
                    assertClose(
                            name + leaf.getShape(),
                            gradients.get(indexOf(leaves, leaf)),
                            kernels.gradient(leaf),
                            tolerance.gradient);
                }
            });
            return expectedLoss;
        }
    }

    /** By identity: tensors are equal when their elements are. */
    private static int indexOf(List<NDArray> leaves, NDArray leaf) {
        int index = 0;
        while (!same(leaves.get(index), leaf)) {
            index++;
        }
        return index;
    }

    private static void assertClose(String name, NDArray actual, NDArray expected, double tolerance) {
        float[] a = actual.toFloatArray();
        float[] e = expected.toFloatArray();
        double error = 0;
        double norm = 0;
        for (int i = 0; i < e.length; i++) {
            error += Math.pow(a[i] - e[i], 2);
            norm += Math.pow(e[i], 2);
        }
        assertThat(norm).as(name).isPositive();
        assertThat(Math.sqrt(error / norm)).as(name).isLessThan(tolerance);
    }

    /** The same tensor, not an equal one. */
    @SuppressWarnings("ReferenceEquality")
    private static boolean same(NDArray one, NDArray other) {
        return one == other;
    }
}
