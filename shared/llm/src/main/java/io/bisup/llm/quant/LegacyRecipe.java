package io.bisup.llm.quant;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.CacheFormat;
import io.bisup.contract.recipe.CacheFormat.Offset;
import io.bisup.contract.recipe.CacheFormat.Place;
import io.bisup.contract.recipe.CacheFormat.Toggle;
import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.LowRank;
import io.bisup.contract.recipe.Range;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Rounding;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Transform;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The part of the language that the engine can run until it is written against {@link Recipe}: rounding to nearest, learnt
 * ranges, smoothing and branches.
 */
public record LegacyRecipe(
        TensorFormat weights,
        TensorFormat activations,
        TensorFormat keyValue,
        @Nullable Clipping clipping,
        @Nullable Smoothing smoothing,
        @Nullable LowRank lowRank,
        @Nullable Learning training) {

    /** Which ranges get learnt clip factors. */
    public record Clipping(boolean weights, boolean activations, boolean keyValue) {}

    /** SmoothQuant's start, learnt within a bound. */
    public record Smoothing(double alpha, double bound) {}

    /**
     * What the engine runs of a recipe.
     *
     * @throws InvalidSpecException naming by its JSON Pointer what it cannot run
     */
    public static LegacyRecipe of(Recipe recipe) {
        require(recipe.rounding() instanceof Rounding.Nearest, "/rounding", "nearest");
        require(recipe.precision().keepers() == null, "/precision/keepers", "no keepers");
        require(recipe.precision().overrides().isEmpty(), "/precision/overrides", "one format for all weights");
        LegacyRecipe legacy = new LegacyRecipe(
                format(recipe.precision().weights(), "/precision/weights", "channel"),
                format(recipe.precision().inputs(), "/precision/inputs", "token"),
                cache(recipe.precision().cache()),
                clipping(recipe),
                smoothing(recipe.transforms(), recipe.learning()),
                recipe.compensation(),
                recipe.learning());
        LowRank branches = recipe.compensation();
        if (branches != null) {
            require(branches.energy() == 1 && branches.outliers() == 0, "/compensation", "a fixed rank, no outliers");
            require(branches.reads() == LowRank.Reads.EXACT, "/compensation/reads", "exact");
        }
        Learning learning = recipe.learning();
        require(learning == null || learning.objective() == Learning.Objective.MSE, "/learning/objective", "mse");
        require(branches == null || learns(learning, Learning.Space.LOW_RANK), "/learning/of", "low_rank among them");
        return legacy;
    }

    private static boolean learns(@Nullable Learning learning, Learning.Space space) {
        return learning != null && learning.learns(space);
    }

    private static TensorFormat format(Format format, String pointer, String row) {
        String group = switch (format.scope()) {
            case Scope.Row() -> row;
            case Scope.Channels(int columns, int rows) when rows == 1 -> String.valueOf(columns);
            case Scope.Channels channels -> throw unsupported(pointer + "/scope/rows", "1");
            case Scope.Head() -> "head";
            case Scope.Tensor() -> throw unsupported(pointer + "/scope", "row or a number of columns");
        };
        return new TensorFormat(format.bits(), format.symmetric(), group);
    }

    private static TensorFormat cache(CacheFormat cache) {
        String pointer = "/precision/cache";
        require(cache.keys().equals(cache.values()), pointer, "the same format for keys and values");
        if (cache.quantizes()) {
            require(cache.place() != Place.BEFORE_ROPE, pointer + "/keys/place", "after_rope");
            require(cache.offset() == Offset.NONE || cache.offset() == Offset.AUTO, pointer + "/keys/offset", "none");
            require(cache.rotateKeys() != Toggle.ON, pointer + "/keys/rotate", "false");
        }
        return format(cache.keys(), pointer + "/keys", "head");
    }

    /** Learnt ranges start from a search; others are whole. */
    private static @Nullable Clipping clipping(Recipe recipe) {
        boolean weights =
                clipped(recipe, Learning.Space.WEIGHT_RANGES, recipe.ranges().weights(), "weights");
        boolean inputs =
                clipped(recipe, Learning.Space.INPUT_RANGES, recipe.ranges().inputs(), "inputs");
        boolean cache =
                clipped(recipe, Learning.Space.CACHE_RANGES, recipe.ranges().cache(), "cache");
        return weights || inputs || cache ? new Clipping(weights, inputs, cache) : null;
    }

    private static boolean clipped(Recipe recipe, Learning.Space space, Range range, String field) {
        boolean learnt = learns(recipe.learning(), space);
        boolean legal = switch (range) {
            case Range.Full() -> !learnt;
            case Range.Searched(double norm) -> learnt && norm == 2;
            case Range.Fixed(double factor) -> false;
        };
        require(legal, "/ranges/" + field, "searched where learnt, full elsewhere");
        return learnt;
    }

    private static @Nullable Smoothing smoothing(List<Transform> transforms, @Nullable Learning learning) {
        if (transforms.isEmpty()) {
            return null;
        }
        require(transforms.size() == 1, "/transforms", "one smooth");
        if (!(transforms.getFirst() instanceof Transform.Smooth smooth)) {
            throw unsupported("/transforms/0", "smooth");
        }
        require(
                smooth.sites().equals(Transform.Smooth.INPUTS)
                        && smooth.start() == Transform.Smooth.Start.SMOOTHQUANT
                        && smooth.form() == Transform.Smooth.Form.BOUNDED
                        && !smooth.spareKeepers(),
                "/transforms/0/smooth",
                "all four sites, start smoothquant, form bounded");
        require(learns(learning, Learning.Space.TRANSFORMS), "/learning/of", "transforms among them");
        return new Smoothing(smooth.alpha(), smooth.bound());
    }

    private static void require(boolean supported, String pointer, String remedy) {
        if (!supported) {
            throw unsupported(pointer, remedy);
        }
    }

    private static InvalidSpecException unsupported(String pointer, String remedy) {
        return new InvalidSpecException(pointer, "is not supported by this release's engine yet", "use " + remedy);
    }
}
