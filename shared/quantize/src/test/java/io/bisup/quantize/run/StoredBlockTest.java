package io.bisup.quantize.run;

import static io.bisup.quantize.TinyModels.RUNTIME;
import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.artifact.BlockLayouts;
import io.bisup.llm.artifact.BlockReader;
import io.bisup.llm.artifact.BlockWriter;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockObserver;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.quantize.TinyBlock;
import io.bisup.quantize.TinyModels;
import io.bisup.quantize.block.BlockWork;
import io.bisup.quantize.block.Draft;
import io.bisup.quantize.learn.BlockSteps;
import io.bisup.quantize.prefix.PrefixStream;
import io.bisup.quantize.stage.Stages;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Fold equivalence: a block read back from its file computes what the draft in memory computes, whatever the recipe. */
class StoredBlockTest {
    private final NDScope scope = new NDScope();

    @TempDir
    Path folder;

    @AfterEach
    void closeScope() {
        scope.close();
    }

    /** Each preset on one family, in turn: every family meets recipes of each kind. */
    static Stream<Arguments> presets() {
        List<Architecture> families = List.of(Architecture.LLAMA, Architecture.QWEN2, Architecture.QWEN3);
        List<String> names = Presets.load().all().stream()
                .map(preset -> preset.recipe().name())
                .toList();
        return IntStream.range(0, names.size())
                .mapToObj(i -> Arguments.of(names.get(i), families.get(i % families.size())));
    }

    /** And the draft, with nothing rounded, is the block as trained (law 4). */
    @ParameterizedTest
    @MethodSource("presets")
    void theStoredBlockIsTheDraft(String preset, Architecture architecture) throws IOException {
        DecoderConfig config = TinyModels.config(architecture, 1);
        try (TinyBlock block = new TinyBlock(TinyModels.preset(preset), config)) {
            Draft draft = solved(block);
            NDArray x = draft.work().samples().input(0);
            NDArray inMemory = inMemory(draft, x);
            NDArray stored = fromFile(draft, x);
            assertThat(distance(inMemory, stored)).isLessThan(1e-5 * largest(inMemory));
            NDArray exact = block.expected(0, BlockObserver.NONE);
            assertThat(distance(block.unrounded(0, BlockObserver.NONE), exact)).isLessThan(1e-4 * largest(exact));
            assertThat(meanSquare(exact.sub(stored))).isBetween(1e-8 * meanSquare(exact), meanSquare(exact));
        }
    }

    /** P1 and B2 on the stored path: at 16 bits, smoothed and behind a prefix, the block is the full-precision one. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void smoothingKeepsTheFunctionBehindAPrefix(Architecture architecture) throws IOException {
        DecoderConfig config = TinyModels.config(architecture, 1);
        Recipe nearest = TinyModels.nearest(16);
        Recipe recipe = TinyModels.recipe(
                List.of(TinyModels.SMOOTH),
                nearest.precision(),
                nearest.ranges(),
                nearest.rounding(),
                null,
                TinyModels.learning(io.bisup.contract.recipe.Learning.Space.TRANSFORMS));
        RotaryEmbedding rotary = new RotaryEmbedding(RUNTIME, config, DataType.FLOAT32);
        DecoderBlock exact = DecoderBlock.fullPrecision(config, 0, weights(config), RUNTIME.lowPrecision());
        KeyValues prefix = new PrefixStream(
                        RUNTIME.kernels(), Gaussians.floats(99, 1, TinyBlock.TIME, config.hiddenSize()))
                .through(exact, rotary);
        try (TinyBlock block = new TinyBlock(recipe, config, TinyBlock.SAMPLES, prefix)) {
            Draft draft = solved(block);
            NDArray x = draft.work().samples().input(0);
            NDArray expected = exact.forward(RUNTIME.kernels(), x, rotary, PrefixStream.contextOf(prefix));
            NDArray without = exact.forward(RUNTIME.kernels(), x, rotary, AttentionContext.EMPTY);
            NDArray stored = fromFile(draft, x);
            assertThat(distance(expected, stored)).isLessThan(1e-5 * largest(expected));
            assertThat(distance(expected, without)).isGreaterThan(1e-2 * largest(expected));
        }
    }

    private static Draft solved(TinyBlock block) {
        new Stages(block.work().plan(), BlockSteps.GRAPH).apply(block.work(), block.draft());
        return block.draft();
    }

    /** The draft's codes, dequantized, with branches as bfloat16 holds them. */
    private static NDArray inMemory(Draft draft, NDArray x) {
        BlockWork work = draft.work();
        BlockOperands operands = draft.operands(work.kernels());
        Map<BlockTensor, NDArray> weights = new EnumMap<>(operands.weights().tensors());
        for (Map.Entry<BlockTensor, StoredWeight> codes : draft.rounded().entrySet()) {
            weights.put(codes.getKey(), codes.getValue().dequantize(RUNTIME));
        }
        return work.planned()
                .quantized(0, new DecoderBlockWeights(weights), stored(operands))
                .run(work.kernels(), x, work.angles(), draft.context(work.kernels()), BlockObserver.NONE);
    }

    private static BlockOperands stored(BlockOperands operands) {
        Map<BlockTensor, io.bisup.llm.block.LowRankBranch> branches = new EnumMap<>(BlockTensor.class);
        operands.branches()
                .forEach((linear, branch) -> branches.put(
                        linear,
                        new io.bisup.llm.block.LowRankBranch(
                                io.bisup.llm.kernel.QuantKernels.stored(RUNTIME.kernels(), branch.a()),
                                io.bisup.llm.kernel.QuantKernels.stored(RUNTIME.kernels(), branch.b()),
                                branch.reads())));
        return new BlockOperands(
                operands.weights(),
                operands.weightClips(),
                operands.inputClips(),
                operands.keyClip(),
                operands.valueClip(),
                operands.keyOffset(),
                branches,
                operands.online());
    }

    private NDArray fromFile(Draft draft, NDArray x) throws IOException {
        BlockWork work = draft.work();
        Path shard = folder.resolve("block.safetensors");
        SafetensorsWriter.write(
                shard, SafetensorsWriter.FORMAT_PT, BlockWriter.tensors(0, draft.stored(work.kernels())));
        try (SafetensorsFile file = SafetensorsFile.open(shard)) {
            BlockPlan plan = work.plan();
            BlockReader reader = new BlockReader(
                    RUNTIME, plan.config(), BlockLayouts.of(plan, work.planned().rotations()), file::tensor);
            AttentionContext behind =
                    work.prefix() == null ? AttentionContext.EMPTY : AttentionContext.of(reader.prefix(0));
            return reader.block(0)
                    .forward(work.kernels(), x, new RotaryEmbedding(RUNTIME, plan.config(), DataType.FLOAT32), behind);
        }
    }

    private static DecoderBlockWeights weights(DecoderConfig config) {
        return DecoderBlockWeights.load(config, 0, name -> TinyModels.parameter(config, name));
    }

    private static double distance(NDArray a, NDArray b) {
        return a.sub(b).abs().max().getFloat();
    }

    private static double meanSquare(NDArray a) {
        return a.square().mean().getFloat();
    }

    private static double largest(NDArray a) {
        return a.abs().max().getFloat();
    }
}
