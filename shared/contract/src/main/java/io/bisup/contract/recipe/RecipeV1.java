package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A recipe document of version 1 (releases before 0.2), which has no {@code version}. It is read for ever: jobs, manifests
 * and artifacts hold it. {@link #upgrade} says what each of its fields is in version {@value Recipe#VERSION}.
 */
record RecipeV1(
        String name,
        @Nullable Base base,
        Tensors weights,
        Tensors activations,
        Tensors keyValue,
        @Nullable Clipping clipping,
        @Nullable Smoothing smoothing,
        @Nullable Branches lowRank,
        RecipeV1.@Nullable Prompt prefix,
        @Nullable Training training,
        @Nullable Calibration calibration) {

    enum Base {
        NONE,
        ATOM,
        QUAROT
    }

    enum Prompt {
        NONE,
        BOS,
        SYSTEM_PROMPT
    }

    /** A number format; {@code group} is "channel", "token", "head" or a number of channels. */
    record Tensors(int bits, boolean symmetric, String group) {
        Tensors {
            Check.require(
                    bits == 16 || (bits >= 2 && bits <= 8),
                    "bits",
                    "is " + bits,
                    "use 2 to 8, or 16 to leave it as it is");
            Check.require(
                    Check.present(group, "group").matches("channel|token|head|[1-9][0-9]{0,4}"),
                    "group",
                    "is '" + group + "'",
                    "use channel, token, head or a number of channels such as 128");
        }

        Format format() {
            Scope scope = switch (group) {
                case "channel", "token" -> new Scope.Row();
                case "head" -> new Scope.Head();
                default -> Scope.columns(Integer.parseInt(group));
            };
            return Format.integer(bits, symmetric, scope);
        }
    }

    record Clipping(boolean weights, boolean activations, boolean keyValue) {
        Clipping {
            Check.require(
                    weights || activations || keyValue,
                    "clipping",
                    "clips nothing",
                    "set one of its fields to true, or leave clipping out");
        }
    }

    record Smoothing(double alpha, double bound) {
        Smoothing {
            Check.range(alpha, 0, 1, "alpha");
            Check.range(bound, 1.0001, 64, "bound");
        }
    }

    record Branches(int rank, LowRank.Start start, double learningRate) {
        Branches {
            Check.range(rank, 1, 1024, "rank");
            Check.present(start, "start");
            Check.range(learningRate, 0, 1, "learningRate");
        }
    }

    record Training(int epochs, double learningRate, int heldOut) {
        Training {
            Check.range(epochs, 1, 1000, "epochs");
            Check.range(learningRate, 0, 1, "learningRate");
            Check.range(heldOut, 0, 1024, "heldOut");
        }
    }

    RecipeV1 {
        Check.name(name, "name");
        Check.present(weights, "weights");
        Check.present(activations, "activations");
        Check.present(keyValue, "keyValue");
        boolean learns = clipping != null || smoothing != null || lowRank != null;
        Check.require(
                learns || training == null,
                "training",
                "has nothing to learn",
                "add clipping, smoothing or lowRank, or leave training out");
        Check.require(
                !learns || training != null,
                "training",
                "is missing",
                "say how clipping, smoothing and lowRank are learned");
        if (clipping != null) {
            requireQuantized(clipping.weights, weights, "clipping/weights");
            requireQuantized(clipping.activations, activations, "clipping/activations");
            requireQuantized(clipping.keyValue, keyValue, "clipping/keyValue");
        }
        Check.require(
                lowRank == null || weights.bits < 16,
                "lowRank",
                "has no weight error to reconstruct at 16 bits",
                "leave it out or quantize the weights");
    }

    private static void requireQuantized(boolean clipped, Tensors format, String field) {
        Check.require(
                !clipped || format.bits < 16, field, "has no range to clip at 16 bits", "set it to false or quantize");
    }

    /** The same in version 2: no result changes by it. */
    Recipe upgrade() {
        return new Recipe(
                Recipe.VERSION,
                name,
                transforms(),
                new Precision(weights.format(), activations.format(), cache(), null, Map.of()),
                ranges(),
                new Rounding.Nearest(),
                lowRank == null ? null : new LowRank(lowRank.rank, 1, lowRank.start, LowRank.Reads.EXACT, 0),
                learning(),
                kept(),
                calibration == null ? Calibration.DEFAULT : calibration);
    }

    /** A base, where one was named, came before smoothing at all four inputs. */
    private List<Transform> transforms() {
        List<Transform> transforms = new ArrayList<>();
        if (base == Base.ATOM) {
            transforms.add(new Transform.Reorder(Transform.Reorder.By.SECOND_MOMENT));
        } else if (base == Base.QUAROT) {
            transforms.add(new Transform.Rotate(Transform.Rotate.ALL, Transform.Rotate.Kind.HADAMARD, 0));
        }
        if (smoothing != null) {
            transforms.add(new Transform.Smooth(
                    Transform.Smooth.INPUTS,
                    Transform.Smooth.Start.SMOOTHQUANT,
                    smoothing.alpha,
                    smoothing.bound,
                    Transform.Smooth.Form.BOUNDED,
                    false));
        }
        return transforms;
    }

    /** Keys were quantized after RoPE, as they came. */
    private CacheFormat cache() {
        Format format = keyValue.format();
        return new CacheFormat(
                format, format, CacheFormat.Place.AFTER_ROPE, CacheFormat.Offset.NONE, CacheFormat.Toggle.OFF);
    }

    /** What was clipped began at the factor of least error; the rest was never clipped. */
    private Ranges ranges() {
        return clipping == null
                ? Ranges.FULL
                : new Ranges(range(clipping.weights), range(clipping.activations), range(clipping.keyValue));
    }

    private static Range range(boolean clipped) {
        return clipped ? new Range.Searched(2) : new Range.Full();
    }

    private @Nullable Learning learning() {
        return training == null
                ? null
                : new Learning(
                        learnt(),
                        training.epochs,
                        training.learningRate,
                        lowRank == null ? 0 : lowRank.learningRate,
                        training.heldOut,
                        Learning.Objective.MSE);
    }

    private Set<Learning.Space> learnt() {
        Set<Learning.Space> learnt = EnumSet.noneOf(Learning.Space.class);
        if (clipping != null) {
            add(learnt, clipping.weights, Learning.Space.WEIGHT_RANGES);
            add(learnt, clipping.activations, Learning.Space.INPUT_RANGES);
            add(learnt, clipping.keyValue, Learning.Space.CACHE_RANGES);
        }
        add(learnt, smoothing != null, Learning.Space.TRANSFORMS);
        add(learnt, lowRank != null, Learning.Space.LOW_RANK);
        return learnt;
    }

    private static void add(Set<Learning.Space> spaces, boolean learnt, Learning.Space space) {
        if (learnt) {
            spaces.add(space);
        }
    }

    private Prefix kept() {
        return switch (prefix == null ? Prompt.NONE : prefix) {
            case NONE -> new Prefix.None();
            case BOS -> new Prefix.Bos();
            case SYSTEM_PROMPT -> new Prefix.SystemPrompt();
        };
    }
}
