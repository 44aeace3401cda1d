package io.bisup.llm.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Presets;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.Architecture;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.RandomModel;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Hidden 64, two key-value heads of 16, feed-forward 128; every refusal points at its place and names a way out. */
class PlannerTest {
    private static final DecoderConfig LLAMA = RandomModel.config(Architecture.LLAMA, 2);

    private static Recipe recipe(String document) {
        return Json.yaml("version: 2\nname: test\n" + document, Recipe.class);
    }

    private static List<Refusal> refusals(String document, DecoderConfig config) {
        return switch (Planner.plan(recipe(document), config)) {
            case Plan.Legal legal -> List.of();
            case Plan.Refused refused -> refused.refusals();
        };
    }

    private static Arguments refused(String document, String pointer, String reason, String nearest) {
        return Arguments.of(document, pointer, reason, nearest);
    }

    private static final String W4 = "precision: {weights: {bits: 4}}\n";

    static Stream<Arguments> transforms() {
        return Stream.of(
                refused(
                        W4 + "transforms: [{smooth: {sites: [down]}}, {smooth: {sites: [o, down]}}]",
                        "/transforms/1/smooth/sites",
                        "down is smoothed twice",
                        "once"),
                refused(
                        W4 + "transforms: [{rotate: {of: [down]}}, {smooth: {sites: [down]}}]",
                        "/transforms/1/smooth/sites",
                        "smoothing down after its Hadamard",
                        "before the rotation"),
                refused(
                        W4 + "transforms: [{rotate: {of: [value_heads]}}, {smooth: {sites: [o]}}]",
                        "/transforms/1/smooth/sites",
                        "smoothing o after its Hadamard",
                        "before the rotation"),
                refused(
                        W4 + "transforms: [{rotate: {of: [across_heads]}}, {smooth: {sites: [o]}}]",
                        "/transforms/1/smooth/sites",
                        "smoothing o after its Hadamard",
                        "before the rotation"),
                refused(
                        W4 + "transforms: [{rotate: {of: [residual]}}, {smooth: {sites: [qkv], start: smoothquant}}]",
                        "/transforms/1/smooth/start",
                        "only learnt ones help",
                        "start: ones"),
                refused(
                        W4 + "transforms: [{smooth: {sites: [gate_up]}}, {rotate: {of: [residual]}}]",
                        "/transforms/1/rotate/of",
                        "undoes the smoothing",
                        "after the rotation"),
                refused(
                        W4 + "transforms: [{smooth: {start: ones, form: exponent}}]",
                        "/transforms/0/smooth/form",
                        "SmoothQuant's statistics",
                        "start: smoothquant"),
                refused(
                        W4 + "transforms: [{rotate: {of: [down]}}, {rotate: {of: [down, residual]}}]",
                        "/transforms/1/rotate/of",
                        "down is rotated twice",
                        "once"),
                refused(
                        W4 + "transforms: [{reorder: {}}, {rotate: {of: [residual]}}]",
                        "/transforms/1/rotate",
                        "mixes outliers back",
                        "before the reordering"),
                refused(
                        W4 + "transforms: [{reorder: {}}, {reorder: {by: abs_max}}]",
                        "/transforms/1/reorder",
                        "reordered twice",
                        "once"),
                refused(
                        W4 + "transforms: [{rotate: {of: [residual, down]}}, {reorder: {}}]",
                        "/transforms/1/reorder",
                        "no outliers to sort",
                        "nothing but the residual stream"));
    }

    static Stream<Arguments> precisions() {
        return Stream.of(
                refused(
                        "precision: {weights: {bits: 4, scope: head}}",
                        "/precision/weights/scope",
                        "scope of the key-value cache",
                        "row"),
                refused(
                        "precision: {weights: {bits: 4, scope: tensor}}",
                        "/precision/weights/scope",
                        "whole tensor is not built",
                        "row"),
                refused(
                        "precision: {weights: {bits: 4}, inputs: {bits: 8, scope: tensor}}",
                        "/precision/inputs/scope",
                        "whole tensor is not built",
                        "row"),
                refused(
                        "precision: {weights: {bits: 4}, inputs: {bits: 8, scope: {columns: 32, rows: 2}}}",
                        "/precision/inputs/scope/rows",
                        "tokens cannot share a scale",
                        "rows: 1"),
                refused(
                        "precision: {weights: {bits: 4, scope: {columns: 32, rows: 3}}}",
                        "/precision/weights/scope/rows",
                        "does not divide the 64 rows of self_attn.q_proj.weight",
                        "rows: 1"),
                refused(
                        W4.replace("}}", "}, cache: {keys: {bits: 4, scope: row}, values: {bits: 4}}}"),
                        "/precision/cache/keys/scope",
                        "one scale per head and token",
                        "head"),
                refused(
                        W4.replace("}}", "}, cache: {keys: {bits: 4}, values: {bits: 4, scope: {columns: 8}}}}"),
                        "/precision/cache/values/scope",
                        "one scale per head and token",
                        "head"),
                refused(
                        W4.replace("}}", "}, cache: {keys: {bits: 4, offset: bias}, values: {bits: 4}}}"),
                        "/precision/cache/offset",
                        "keys have no bias",
                        "mean"),
                refused(
                        W4.replace("}}", "}, keepers: {channels: 16, bits: 8}}"),
                        "/precision/keepers",
                        "without a reordering",
                        "reorder transform"),
                refused(
                        "transforms: [{reorder: {}}]\n" + W4.replace("}}", "}, keepers: {channels: 64, bits: 8}}"),
                        "/precision/keepers/channels",
                        "all of the 64 channels of qkv",
                        "at most 63"),
                refused(
                        W4.replace("}}", "}, overrides: {head: {bits: 8}}}"),
                        "/precision/overrides/head",
                        "no linear of a block",
                        "one of [q, k, v, o, gate, up, down]"),
                refused(
                        W4.replace("}}", "}, overrides: {model.layers.2.*: {bits: 8}}}"),
                        "/precision/overrides/model.layers.2.*",
                        "'model.layers.2.*' matches no linear",
                        "from model.layers.0.self_attn.q_proj to model.layers.1.mlp.down_proj"),
                refused(
                        W4.replace("}}", "}, overrides: {'*.mlp.*': {bits: 6}, '*1.mlp*': {bits: 8}}}"),
                        "/precision/overrides/*1.mlp*",
                        "another pattern of as many characters",
                        "longer"),
                refused(
                        "precision: {weights: {bits: 4}, overrides: {'*.1.*.k_proj': {bits: 8, scope: {rows: 5, columns: 8}}}}",
                        "/precision/overrides/*.1.*.k_proj/scope/rows",
                        "does not divide the 32 rows of self_attn.k_proj.weight",
                        "rows: 1"),
                refused(
                        W4.replace("}}", "}, overrides: {down: {bits: 8, scope: head}}}"),
                        "/precision/overrides/down/scope",
                        "scope of the key-value cache",
                        "row"),
                refused(
                        W4.replace("}}", "}, overrides: {k: {bits: 8, scope: {columns: 16, rows: 5}}}}"),
                        "/precision/overrides/k/scope/rows",
                        "does not divide the 32 rows of self_attn.k_proj.weight",
                        "rows: 1"),
                refused(
                        "precision: {weights: {bits: 16}, inputs: {bits: 8}}\nranges: {weights: searched}",
                        "/ranges/weights",
                        "no range to clip",
                        "fewer bits"),
                refused(W4 + "ranges: {inputs: 0.9}", "/ranges/inputs", "no range to clip", "fewer bits"),
                refused(W4 + "ranges: {cache: searched}", "/ranges/cache", "no range to clip", "fewer bits"),
                refused(
                        "precision: {weights: {bits: 16}}\nrounding: {gptq: {}}",
                        "/rounding",
                        "nothing to round",
                        "leave it out"));
    }

    static Stream<Arguments> learning() {
        return Stream.of(
                refused(
                        W4 + "compensation: {rank: 4, start: zero}",
                        "/compensation/start",
                        "does nothing",
                        "whitened_svd"),
                refused(
                        W4 + "compensation: {rank: 33}",
                        "/compensation/rank",
                        "exceeds the narrow side 32 of self_attn.k_proj.weight",
                        "at most 32"),
                refused(
                        W4 + "compensation: {rank: 4, outliers: 2}\nlearning: {of: [ranges]}",
                        "/compensation/outliers",
                        "untrained branches only",
                        "0"),
                refused(
                        W4 + "prefix: {tokens: {ids: [96, 97]}}",
                        "/prefix/tokens/ids",
                        "97 is outside the vocabulary",
                        "0 to 96"));
    }

    @ParameterizedTest
    @MethodSource({"transforms", "precisions", "learning"})
    void aRecipeThatCannotBeDoneIsRefusedAtItsPlace(String document, String pointer, String reason, String nearest) {
        assertThat(refusals(document, LLAMA)).singleElement().satisfies(refusal -> {
            assertThat(refusal.pointer()).isEqualTo(pointer);
            assertThat(refusal.reason()).contains(reason);
            assertThat(refusal.nearest()).contains(nearest);
        });
    }

    /** One step from the recipes above. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "transforms: [{smooth: {sites: [o, down]}}, {rotate: {}}, {smooth: {sites: [qkv, gate_up], start: ones}}]\n"
                        + W4,
                "transforms: [{rotate: {of: [residual]}}, {reorder: {}}]\n" + W4,
                "transforms: [{reorder: {}}, {smooth: {spareKeepers: true}}]\n"
                        + "precision: {weights: {bits: 4}, keepers: {channels: 63, bits: 8}}",
                "precision: {weights: {bits: 4, scope: {columns: 24, rows: 32}}}",
                "precision: {weights: {bits: 16}, overrides: {down: {bits: 4}}}\nrounding: {gptq: {}}\n"
                        + "ranges: {weights: searched}\ncompensation: {rank: 4}\nlearning: {of: [weight_ranges]}",
                "precision: {weights: {bits: 4, scope: {columns: 32, rows: 3}}, overrides: {q: {bits: 4}, k: {bits: 4},"
                        + " v: {bits: 4}, o: {bits: 4}, gate: {bits: 4}, up: {bits: 4}, down: {bits: 16}}}",
                "precision: {weights: {bits: 4}, overrides: {model.layers.1.*: {bits: 8}, '*.mlp.*': {bits: 6},"
                        + " '*1.mlp*': {bits: 6}}}",
                W4 + "compensation: {rank: 32}",
                W4 + "compensation: {rank: 4, start: zero}\nlearning: {of: [low_rank]}",
                W4 + "prefix: {tokens: {ids: [0, 96]}}"
            })
    void theNearestLegalRecipeIsLegal(String document) {
        assertThat(refusals(document, LLAMA)).isEmpty();
    }

    /** A bias is constant only before RoPE, and only some families have one. */
    @Test
    void theKeysBiasIsTakenOutWhereThereIsOne() {
        String biased =
                "precision: {weights: {bits: 8}, cache: {keys: {bits: 4, offset: bias, place: %s}, values: {bits: 4}}}";
        DecoderConfig qwen = RandomModel.config(Architecture.QWEN2, 1);
        assertThat(refusals(biased.formatted("before_rope"), qwen)).isEmpty();
        assertThat(refusals(biased.formatted("after_rope"), qwen))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.nearest()).contains("before_rope"));
    }

    /** All reasons at once, in the order of the document. */
    @Test
    void everyReasonIsGiven() {
        String document = """
                transforms: [{reorder: {}}, {rotate: {}}, {smooth: {sites: [down]}}]
                precision: {weights: {bits: 4, scope: head}, overrides: {z: {bits: 8}, a: {bits: 8}}}
                compensation: {rank: 40}
                prefix: {tokens: {ids: [1000, 2000]}}
                """;
        assertThat(refusals(document, LLAMA))
                .extracting(Refusal::pointer)
                .containsExactly(
                        "/transforms/1/rotate",
                        "/transforms/2/smooth/sites",
                        "/precision/weights/scope",
                        "/precision/overrides/a",
                        "/precision/overrides/z",
                        "/compensation/rank",
                        "/prefix/tokens/ids",
                        "/prefix/tokens/ids");
        assertThatThrownBy(() -> Planner.require(recipe(document), LLAMA))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("/transforms/1/rotate")
                .hasMessageContaining("mixes outliers back");
    }

    /** What ships can be done to every family; widths that groups do not divide get a short last group. */
    @ParameterizedTest
    @EnumSource(Architecture.class)
    void everyPresetFitsEveryFamily(Architecture architecture) {
        DecoderConfig wide = wide(architecture);
        assertThat(Presets.load().all())
                .hasSizeGreaterThan(20)
                .allSatisfy(preset -> assertThat(Planner.plan(preset.recipe(), wide))
                        .as("%s", preset.recipe().name())
                        .isInstanceOf(Plan.Legal.class));
    }

    /** Of the size of SmolLM2-135M: groups of 128 do not divide its 576 channels. */
    private static DecoderConfig wide(Architecture architecture) {
        DecoderConfig tiny = RandomModel.config(architecture, 1);
        return new DecoderConfig(
                architecture,
                576,
                2,
                9,
                3,
                64,
                1536,
                1000,
                tiny.rmsNormEpsilon(),
                tiny.ropeTheta(),
                tiny.ropeScaling(),
                true,
                architecture.attentionBias(),
                architecture.queryKeyNorm(),
                512,
                null,
                null);
    }

    @Test
    void segmentsFollowKeepersAndOverrides() {
        BlockPlan plan = Planner.require(recipe("""
                        transforms: [{reorder: {}}]
                        precision:
                          weights: {bits: 4, scope: {columns: 32}}
                          inputs: {bits: 8}
                          keepers: {channels: 16, bits: 6}
                          overrides: {down: {bits: 2, scope: {columns: 48}}, v: {bits: 16}}
                        """), LLAMA);
        Segment kept = new Segment(16, Format.integer(6, true, new Scope.Row()));
        assertThat(plan.weightSegments(0, BlockTensor.GATE))
                .containsExactly(new Segment(48, Format.integer(4, true, Scope.columns(32))), kept);
        assertThat(plan.weightSegments(0, BlockTensor.DOWN))
                .containsExactly(new Segment(112, Format.integer(2, true, Scope.columns(48))), kept);
        assertThat(plan.weightSegments(0, BlockTensor.DOWN).getFirst().groups()).isEqualTo(3);
        assertThat(plan.weightSegments(0, BlockTensor.VALUE)).isEmpty();
        assertThat(plan.inputSegments(Site.O))
                .containsExactly(new Segment(48, Format.integer(8, true, new Scope.Row())), kept);
        assertThat(plan.width(Site.DOWN)).isEqualTo(128);
    }

    private static List<Integer> bits(BlockPlan plan, int layer, BlockTensor... linears) {
        return Stream.of(linears)
                .map(linear -> plan.formats().of(layer, linear).bits())
                .toList();
    }

    /** Of the patterns that match, the longest counts; roles are patterns as modules are. */
    @Test
    void overridesFollowTheLongestPattern() {
        BlockPlan plan = Planner.require(recipe("""
                        precision:
                          weights: {bits: 4}
                          overrides:
                            "*": {bits: 3}
                            down: {bits: 5}
                            "*.1.*": {bits: 6}
                            "model.layers.1.*": {bits: 8}
                            model.layers.1.self_attn.v_proj: {bits: 16}
                        """), LLAMA);
        assertThat(bits(plan, 0, BlockTensor.QUERY, BlockTensor.VALUE, BlockTensor.DOWN))
                .containsExactly(3, 3, 5);
        assertThat(bits(plan, 1, BlockTensor.QUERY, BlockTensor.VALUE, BlockTensor.DOWN))
                .containsExactly(8, 16, 8);
        assertThat(plan.quantizesWeights()).isTrue();
    }

    /** Codes and a scale for each output channel: 64 and 128 inputs, 8 bits in one layer of two and 4 in the other. */
    @Test
    void bitsPerWeightCountEachWeightsFormat() {
        double four = Planner.require(recipe(W4), LLAMA).bitsPerWeight();
        double eight = Planner.require(recipe("precision: {weights: {bits: 8}}"), LLAMA)
                .bitsPerWeight();
        double mixed = Planner.require(
                        recipe("precision: {weights: {bits: 4}, overrides: {model.layers.0.*: {bits: 8}}}"), LLAMA)
                .bitsPerWeight();
        double down = Planner.require(recipe(W4.replace("}}", "}, overrides: {down: {bits: 8}}}")), LLAMA)
                .bitsPerWeight();
        // 64 x 64 of q and o, 32 x 64 of k and v, 128 x 64 of gate and up, 64 x 128 of down; 16 bits a row for the
        // scale.
        assertThat(four).isCloseTo(4 + 16.0 * (64 + 64 + 32 + 32 + 128 + 128 + 64) / 36_864, within(1e-12));
        assertThat(mixed).isCloseTo((four + eight) / 2, within(1e-12));
        assertThat(down).isCloseTo(four + 4 * 8192.0 / 36_864, within(1e-12));
    }

    /** Phi-3's checkpoints hold q, k and v in one module. */
    @Test
    void modulesAreNamedAsTheCheckpointNamesThem() {
        DecoderConfig phi = RandomModel.config(Architecture.PHI3, 2);
        BlockPlan plan = Planner.require(
                recipe("precision: {weights: {bits: 4}, overrides: {'*.0.self_attn.qkv_proj': {bits: 8}}}"), phi);
        assertThat(bits(plan, 0, BlockTensor.QUERY, BlockTensor.KEY, BlockTensor.VALUE, BlockTensor.OUTPUT))
                .containsExactly(8, 8, 8, 4);
        assertThat(bits(plan, 1, BlockTensor.QUERY)).containsExactly(4);
        assertThat(refusals("precision: {weights: {bits: 4}, overrides: {'*.q_proj': {bits: 8}}}", phi))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.nearest()).contains("self_attn.qkv_proj"));
    }

    /** A pattern of many stars takes no more steps than its length times that of the name. */
    @Test
    @Timeout(5)
    void patternsOfStrangersEnd() {
        String stars = "*l".repeat(63) + "*";
        assertThat(refusals(W4.replace("}}", "}, overrides: {'" + stars + "': {bits: 8}}}"), LLAMA))
                .singleElement()
                .satisfies(refusal -> assertThat(refusal.reason()).contains("matches no linear"));
        assertThat(WeightFormats.matches("*lay*0.*proj", "model.layers.0.mlp.up_proj"))
                .isTrue();
        assertThat(WeightFormats.matches("*lay*0.*pro", "model.layers.0.mlp.up_proj"))
                .isFalse();
        assertThat(WeightFormats.matches("model.layers.0.*", "model.layers.01.x"))
                .isFalse();
        assertThat(WeightFormats.matches("model?layers", "model.layers")).isFalse();
    }

    /** Decision of the planner for what a recipe leaves open: see CachePlan. */
    @Test
    void openChoicesOfTheCacheAreMadeForTheFamily() {
        String open = "precision: {weights: {bits: 8}, cache: {keys: {bits: 4}, values: {bits: 4}}}";
        CachePlan llama = Planner.require(recipe(open), LLAMA).cache();
        CachePlan qwen = Planner.require(recipe(open), RandomModel.config(Architecture.QWEN2, 1))
                .cache();
        assertThat(llama.beforeRope()).isTrue();
        assertThat(llama.rotateKeys()).isTrue();
        assertThat(llama.offset()).isEqualTo(Offset.MEAN);
        assertThat(qwen.offset()).isEqualTo(Offset.BIAS);
    }

    @Test
    void whatTheRecipeSaysOfTheCacheStands() {
        String closed = "precision: {weights: {bits: 8}, cache: {keys: {bits: 4, place: after_rope, offset: none,"
                + " rotate: false}, values: {bits: 4}}}";
        CachePlan said = Planner.require(recipe(closed), LLAMA).cache();
        assertThat(said.beforeRope()).isFalse();
        assertThat(said.offset()).isEqualTo(Offset.NONE);
        assertThat(said.rotateKeys()).isFalse();
        String biasAfterRope = closed.replace("offset: none", "offset: auto");
        CachePlan natural = Planner.require(recipe(biasAfterRope), RandomModel.config(Architecture.QWEN2, 1))
                .cache();
        assertThat(natural.offset()).as("a bias is no constant after RoPE").isEqualTo(Offset.MEAN);
    }

    /** Keys at 16 bits need no help. */
    @Test
    void anExactCacheIsLeftAlone() {
        CachePlan cache = Planner.require(
                        recipe("precision: {weights: {bits: 8}, cache: {keys: {bits: 16}, values: {bits: 4}}}"), LLAMA)
                .cache();
        assertThat(cache.offset()).isEqualTo(Offset.NONE);
        assertThat(cache.beforeRope()).isFalse();
        assertThat(cache.rotateKeys()).isFalse();
        assertThat(cache.quantizes()).isTrue();
    }
}
