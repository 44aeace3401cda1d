package io.bisup.llm.fused;

import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.CacheFormat.Place;
import io.bisup.contract.recipe.CacheFormat.Toggle;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.LowRank.Reads;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.BlockPlan;
import io.bisup.llm.plan.Planner;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A kind of block to compare on.
 *
 * @param rank of low-rank branches; 0 for none
 * @param prefix positions before every sequence
 * @param online what acts on inputs at run time
 * @param weighted whether tokens and channels count differently in the loss
 */
record BlockCase(
        String name,
        BlockShape shape,
        Precision precision,
        int rank,
        Reads reads,
        int prefix,
        Set<Online> online,
        boolean weighted) {

    /** Maps at run time. */
    enum Online {
        HADAMARDS,
        PERMUTATIONS
    }

    private static final CacheFormat NO_CACHE = CacheFormat.exact();
    private static final BlockShape LLAMA = BlockShape.llama();
    private static final BlockShape GROUPED = BlockShape.grouped();

    static Stream<BlockCase> all() {
        return Stream.concat(papers(), details());
    }

    private static Stream<BlockCase> papers() {
        Format g16 = grouped(3, true, 16);
        Format tiles = Format.integer(3, true, new Scope.Channels(16, 2));
        CacheFormat rotated = cache(3, true, Place.BEFORE_ROPE, Offset.NONE, Toggle.ON);
        return Stream.of(
                of("w3a3kv3", LLAMA, g16, g16, rotated, null, 4, 0),
                of(
                        "w3a3kv3 after rope",
                        LLAMA,
                        g16,
                        g16,
                        cache(3, true, Place.AFTER_ROPE, Offset.NONE, Toggle.OFF),
                        null,
                        4,
                        0),
                of("asymmetric w3a3", LLAMA, grouped(3, false, 32), grouped(3, false, 32), NO_CACHE, null, 4, 0),
                of(
                        "per channel w4a4kv4",
                        LLAMA,
                        row(4, true),
                        row(4, true),
                        cache(4, false, Place.AFTER_ROPE, Offset.NONE, Toggle.OFF),
                        null,
                        0,
                        0),
                of(
                                "atom",
                                LLAMA,
                                tiles,
                                g16,
                                cache(3, false, Place.BEFORE_ROPE, Offset.NONE, Toggle.OFF),
                                new Keepers(8, 8),
                                0,
                                0)
                        .with(Online.PERMUTATIONS),
                of(
                                "bisup over atom",
                                GROUPED,
                                tiles,
                                g16,
                                cache(3, false, Place.BEFORE_ROPE, Offset.MEAN, Toggle.ON),
                                new Keepers(8, 8),
                                3,
                                5)
                        .with(Online.PERMUTATIONS),
                of(
                                "quarot",
                                GROUPED,
                                g16,
                                row(4, true),
                                cache(4, false, Place.AFTER_ROPE, Offset.NONE, Toggle.ON),
                                null,
                                0,
                                0)
                        .with(Online.HADAMARDS),
                of("both maps", LLAMA, g16, g16, rotated, null, 2, 0).with(Online.HADAMARDS, Online.PERMUTATIONS));
    }

    private static Stream<BlockCase> details() {
        Format g16 = grouped(4, true, 16);
        Format a16 = grouped(4, false, 16);
        CacheFormat exact = NO_CACHE;
        return Stream.of(
                of(
                        "qwen2, keys less their bias",
                        GROUPED.withAttentionBias(),
                        a16,
                        g16,
                        cache(4, false, Place.BEFORE_ROPE, Offset.BIAS, Toggle.ON),
                        null,
                        3,
                        5),
                of(
                        "qwen3, mean after rope",
                        GROUPED.withHeadNorms(),
                        g16,
                        g16,
                        cache(3, true, Place.AFTER_ROPE, Offset.MEAN, Toggle.ON),
                        null,
                        3,
                        7),
                of(
                        "qwen3, before rope",
                        GROUPED.withHeadNorms(),
                        g16,
                        g16,
                        cache(3, true, Place.BEFORE_ROPE, Offset.MEAN, Toggle.OFF),
                        null,
                        0,
                        0),
                of("all biases", LLAMA.withAllBiases(), g16, g16, exact, null, 2, 0),
                of("sliding window", GROUPED.withWindow(9), g16, g16, exact, null, 0, 0),
                of("sliding window over a prefix", GROUPED.withWindow(20), g16, g16, exact, null, 0, 6),
                of("ragged groups", LLAMA, grouped(3, true, 40), grouped(4, false, 40), exact, null, 2, 0),
                of("ragged tiles", LLAMA, Format.integer(3, false, new Scope.Channels(40, 2)), g16, exact, null, 0, 0),
                of("keys alone", GROUPED, a16, g16, keysAlone(), null, 0, 0),
                of("branches read codes", LLAMA, g16, g16, exact, null, 4, 0)
                        .reading(Reads.QUANTIZED)
                        .weighing(),
                of("weights only", GROUPED, grouped(3, false, 16), Format.exact(), exact, null, 2, 0),
                of("inputs only", LLAMA, Format.exact(), g16, exact, null, 2, 0).weighing());
    }

    private static BlockCase of(
            String name,
            BlockShape shape,
            Format weights,
            Format inputs,
            CacheFormat cache,
            @Nullable Keepers keepers,
            int rank,
            int prefix) {
        Precision precision = new Precision(weights, inputs, cache, keepers, Map.of());
        return new BlockCase(name, shape, precision, rank, Reads.EXACT, prefix, Set.of(), false);
    }

    private BlockCase with(Online... maps) {
        return new BlockCase(name, shape, precision, rank, reads, prefix, Set.of(maps), weighted);
    }

    private BlockCase reading(Reads other) {
        return new BlockCase(name, shape, precision, rank, other, prefix, online, weighted);
    }

    private BlockCase weighing() {
        return new BlockCase(name, shape, precision, rank, reads, prefix, online, true);
    }

    private static Format row(int bits, boolean symmetric) {
        return Format.integer(bits, symmetric, new Scope.Row());
    }

    private static Format grouped(int bits, boolean symmetric, int columns) {
        return Format.integer(bits, symmetric, Scope.columns(columns));
    }

    private static CacheFormat cache(int bits, boolean symmetric, Place place, Offset offset, Toggle rotate) {
        Format format = Format.integer(bits, symmetric, new Scope.Head());
        return new CacheFormat(format, format, place, offset, rotate);
    }

    private static CacheFormat keysAlone() {
        return new CacheFormat(
                Format.integer(3, true, new Scope.Head()),
                Format.integer(16, true, new Scope.Head()),
                Place.BEFORE_ROPE,
                Offset.NONE,
                Toggle.ON);
    }

    /** What the block is to be. */
    BlockPlan plan() {
        List<Transform> transforms = precision.keepers() == null
                ? List.of()
                : List.of(new Transform.Reorder(Transform.Reorder.By.SECOND_MOMENT));
        return Planner.require(
                new Recipe(Recipe.VERSION, "test", transforms, precision, null, null, null, null, null, null),
                config());
    }

    DecoderConfig config() {
        return shape.config();
    }

    @Override
    public String toString() {
        return name;
    }
}
