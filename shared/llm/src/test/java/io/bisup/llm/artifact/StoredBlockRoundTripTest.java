package io.bisup.llm.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.BaseNDManager;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import io.bisup.contract.FailureException;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.block.AttentionContext;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.block.RotaryEmbedding;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.SafetensorsWriter;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.model.RandomModel;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.PlannedBlock;
import io.bisup.llm.plan.Planner;
import io.bisup.llm.plan.Segment;
import io.bisup.llm.tensor.Gaussians;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.TestDevice;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Permutation;
import io.bisup.llm.weight.Nearest;
import io.bisup.llm.weight.StoredWeight;
import io.bisup.llm.weight.WeightGrid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A block as it is stored, for every kind of tensor a file may hold: what is read back computes what was written, to the bit. */
class StoredBlockRoundTripTest {
    private static final DecoderConfig CONFIG = RandomModel.config(Architecture.QWEN2, 1);
    private static final int PREFIX = 3;
    private static final String EVERYTHING = """
            transforms: [{reorder: {}}]
            precision:
              weights: {bits: 3, symmetric: false, scope: {columns: 20, rows: 2}}
              inputs: {bits: 4, symmetric: true, scope: {columns: 32}}
              keepers: {channels: 8, bits: 8}
              cache: {keys: {bits: 4, place: after_rope, offset: mean, rotate: true}, values: {bits: 3}}
              overrides: {v: {bits: 16}}
            compensation: {rank: 3, start: svd, reads: quantized}
            """;

    private final TensorRuntime runtime = TestDevice.runtime();
    private final Kernels kernels = runtime.kernels();
    private final NDScope scope = new NDScope();
    private final Random random = new Random(9);

    @TempDir
    Path folder;

    @AfterEach
    void closeScope() {
        scope.close();
    }

    private static BlockPlan plan(String recipe) {
        return Planner.require(Json.yaml("version: 2\nname: test\n" + recipe, Recipe.class), CONFIG);
    }

    private NDArray random(double deviation, long... shape) {
        return Gaussians.floats(random, shape).mul(deviation);
    }

    private NDArray factors(int count, long... shape) {
        return random(0.05, count).abs().neg().add(1).reshape(shape);
    }

    /** Random values of everything the plan stores. */
    private BlockOperands operands(BlockPlan plan, PlannedBlock planned) {
        Map<BlockTensor, LowRankBranch> branches = new EnumMap<>(BlockTensor.class);
        LowRank lowRank = plan.recipe().compensation();
        if (lowRank != null) {
            for (BlockTensor linear : List.of(BlockTensor.KEY, BlockTensor.DOWN)) {
                List<Long> shape = linear.shape(CONFIG);
                branches.put(
                        linear,
                        new LowRankBranch(
                                stored(random(0.1, shape.get(0), lowRank.rank())),
                                stored(random(0.1, lowRank.rank(), shape.get(1))),
                                lowRank.reads()));
            }
        }
        Map<Site, List<NDArray>> clips = new EnumMap<>(Site.class);
        Map<Site, List<ChannelMap>> online = new EnumMap<>(Site.class);
        for (Site site : BlockSites.INPUTS) {
            clips.put(
                    site,
                    plan.inputSegments(site).stream()
                            .map(segment -> factors(segment.groups(), segment.groups()))
                            .toList());
            online.put(site, online(plan, planned, site));
        }
        boolean cached = plan.cache().quantizes();
        return new BlockOperands(
                DecoderBlockWeights.load(CONFIG, 0, RandomModel.source(runtime, CONFIG, DataType.FLOAT32)),
                Map.of(),
                clips,
                cached ? factors(2, 2, 1, 1) : planned.none(),
                cached ? factors(2, 2, 1, 1) : planned.none(),
                cached ? random(1, 1, 2, 1, 16) : null,
                branches,
                online);
    }

    private NDArray stored(NDArray x) {
        return QuantKernels.stored(kernels, x);
    }

    private List<ChannelMap> online(BlockPlan plan, PlannedBlock planned, Site site) {
        List<ChannelMap> maps = new ArrayList<>();
        if (plan.has(Transform.Reorder.class) && site != Site.DOWN) {
            List<Integer> order =
                    new ArrayList<>(IntStream.range(0, plan.width(site)).boxed().toList());
            Collections.shuffle(order, random);
            maps.add(Permutation.of(
                    runtime.manager(),
                    order.stream().mapToInt(Integer::intValue).toArray()));
        }
        ChannelMap rotation = site == Site.DOWN
                ? planned.rotations().down()
                : site == Site.O ? planned.rotations().acrossHeads() : null;
        if (rotation != null) {
            maps.add(rotation);
        }
        return maps;
    }

    private StoredBlock rounded(BlockPlan plan, BlockOperands operands, @Nullable KeyValues prefix) {
        Map<BlockTensor, StoredWeight> weights = new EnumMap<>(BlockTensor.class);
        Map<BlockTensor, NDArray> exact = new EnumMap<>(operands.weights().tensors());
        for (BlockTensor linear : BlockSites.LINEARS) {
            List<Segment> segments = plan.weightSegments(0, linear);
            if (!segments.isEmpty()) {
                WeightGrid grid = new WeightGrid(segments.stream()
                        .map(segment -> WeightGrid.Segment.full(segment.columns(), segment.format()))
                        .toList());
                NDArray weight = operands.weights().get(linear);
                weights.put(
                        linear,
                        new Nearest(runtime)
                                .round(linear.suffix(), weight, grid, null)
                                .weight());
                exact.remove(linear);
            }
        }
        return new StoredBlock(
                exact,
                weights,
                operands.branches(),
                operands.online(),
                operands.inputClips(),
                operands.keyClip(),
                operands.valueClip(),
                operands.keyOffset(),
                prefix);
    }

    private NDArray inMemory(PlannedBlock planned, BlockOperands operands, KeyValues prefix, NDArray x) {
        DecoderBlockWeights rounded = planned.roundedToNearest(0, kernels, operands);
        return forward(planned.quantized(0, rounded, operands), prefix, x);
    }

    private NDArray forward(DecoderBlock block, KeyValues prefix, NDArray x) {
        RotaryEmbedding rotary = new RotaryEmbedding(runtime, CONFIG, DataType.FLOAT32);
        return block.forward(kernels, x, rotary, AttentionContext.of(prefix));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "precision: {weights: {bits: 16}}",
                "precision: {weights: {bits: 4}, inputs: {bits: 8}}",
                "precision: {weights: {bits: 2, symmetric: false, scope: {columns: 24}}}",
                "precision: {weights: {bits: 5, scope: {columns: 40, rows: 4}}, inputs: {bits: 4, scope: {columns: 48}}}",
                "transforms: [{rotate: {of: [across_heads, down]}}]\n"
                        + "precision: {weights: {bits: 4}, inputs: {bits: 4, symmetric: false},"
                        + " cache: {keys: {bits: 4, place: before_rope}, values: {bits: 4}}}",
                EVERYTHING
            })
    void whatIsReadComputesWhatWasWritten(String recipe) throws IOException {
        BlockPlan plan = plan(recipe);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan)) {
            BlockOperands operands = operands(plan, planned);
            KeyValues prefix = new KeyValues(random(1, 1, 2, PREFIX, 16), random(1, 1, 2, PREFIX, 16));
            NDArray x = random(1, 1, 12, 64);
            Path shard = write(rounded(plan, operands, prefix));
            BlockLayout layout = BlockLayouts.of(plan, planned.rotations());
            try (SafetensorsFile file = SafetensorsFile.open(shard)) {
                BlockReader reader = new BlockReader(runtime, CONFIG, reread(layout), file::tensor);
                KeyValues read = reader.prefix(0);
                assertThat(read.keys().toFloatArray()).isEqualTo(prefix.keys().toFloatArray());
                assertThat(read.values().toFloatArray())
                        .isEqualTo(prefix.values().toFloatArray());
                assertThat(forward(reader.block(0), read, x).toFloatArray())
                        .isEqualTo(inMemory(planned, operands, prefix, x).toFloatArray());
            }
        }
    }

    /** As the sidecar holds it. */
    private static BlockLayout reread(BlockLayout layout) {
        BlockLayout read = Json.read(Json.write(layout), BlockLayout.class);
        assertThat(read).isEqualTo(layout);
        return read;
    }

    private Path write(StoredBlock block) throws IOException {
        Path shard = folder.resolve(ArtifactFiles.block(0));
        SafetensorsWriter.write(shard, SafetensorsWriter.FORMAT_PT, BlockWriter.tensors(0, block));
        return shard;
    }

    /** The names that other programs look for; segments and maps are counted from 0. */
    @Test
    void tensorsHaveTheirPublishedNames() throws IOException {
        BlockPlan plan = plan(EVERYTHING);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan)) {
            KeyValues prefix = new KeyValues(random(1, 1, 2, PREFIX, 16), random(1, 1, 2, PREFIX, 16));
            Path shard = write(rounded(plan, operands(plan, planned), prefix));
            try (SafetensorsFile file = SafetensorsFile.open(shard)) {
                assertThat(file.header().tensors().keySet())
                        .contains(
                                "model.layers.0.input_layernorm.weight",
                                "model.layers.0.self_attn.q_proj.0.qweight",
                                "model.layers.0.self_attn.q_proj.0.scales",
                                "model.layers.0.self_attn.q_proj.0.zeros",
                                "model.layers.0.self_attn.q_proj.1.qweight",
                                "model.layers.0.self_attn.q_proj.bias",
                                "model.layers.0.self_attn.v_proj.weight",
                                "model.layers.0.mlp.down_proj.lora_A",
                                "model.layers.0.mlp.down_proj.lora_B",
                                "model.layers.0.act_clip.attention",
                                "model.layers.0.act_clip.feed_forward.1",
                                "model.layers.0.map.output.0.order",
                                "model.layers.0.kv_clip.keys",
                                "model.layers.0.kv_clip.values",
                                "model.layers.0.kv_offset.keys",
                                "prefix.k.0",
                                "prefix.v.0")
                        .doesNotContain(
                                "model.layers.0.self_attn.q_proj.weight",
                                "model.layers.0.self_attn.v_proj.qweight",
                                "model.layers.0.self_attn.q_proj.1.zeros",
                                "model.layers.0.map.down.0.order");
            }
        }
    }

    /** Whichever tensor a block cannot be run without is missing, it is named, and nothing that was loaded stays. */
    @Test
    void aMissingTensorIsNamedAndNothingLeaks() throws IOException {
        BlockPlan plan = plan(EVERYTHING);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan)) {
            Path shard = write(rounded(plan, operands(plan, planned), null));
            BlockLayout layout = BlockLayouts.of(plan, planned.rotations());
            try (SafetensorsFile file = SafetensorsFile.open(shard)) {
                List<String> required = file.header().tensors().keySet().stream()
                        .filter(name -> !name.matches(".*(bias|lora_A|_clip.*|kv_offset.*)"))
                        .toList();
                assertThat(required).hasSizeGreaterThan(30);
                for (String missing : required) {
                    int before = managed();
                    BlockReader reader = new BlockReader(
                            runtime,
                            CONFIG,
                            layout,
                            name -> name.equals(missing) ? Optional.empty() : file.tensor(name));
                    assertThatThrownBy(() -> reader.block(0))
                            .isInstanceOf(FailureException.class)
                            .hasMessageContaining(missing);
                    assertThat(managed()).as("without %s", missing).isEqualTo(before);
                }
                assertThatThrownBy(() -> new BlockReader(runtime, CONFIG, layout, file::tensor).prefix(0))
                        .hasMessageContaining("prefix.k.0");
            }
        }
    }

    private int managed() {
        return ((BaseNDManager) runtime.manager()).getManagedArrays().size();
    }

    /** Only what is left to do at run time is in the layout. */
    @Test
    void foldedMapsAreNotInTheLayout() {
        BlockPlan plan = plan("""
                transforms:
                  - smooth: {sites: [o, down]}
                  - rotate: {}
                  - smooth: {sites: [qkv, gate_up], start: ones}
                precision: {weights: {bits: 4}, cache: {keys: {bits: 4, rotate: true}, values: {bits: 4}}}
                """);
        try (PlannedBlock planned = new PlannedBlock(runtime, plan)) {
            BlockLayout layout = BlockLayouts.of(plan, planned.rotations());
            assertThat(layout.input(Site.QKV).online()).isEmpty();
            assertThat(layout.input(Site.GATE_UP).online()).isEmpty();
            assertThat(layout.input(Site.O).online())
                    .containsExactly(planned.rotations().acrossHeads().describe());
            assertThat(layout.input(Site.DOWN).online())
                    .containsExactly(planned.rotations().down().describe());
            assertThat(layout.cache().rotation())
                    .isEqualTo(planned.rotations().keys().describe());
            assertThat(layout.branches()).isEqualTo(LowRank.Reads.EXACT);
        }
    }
}
