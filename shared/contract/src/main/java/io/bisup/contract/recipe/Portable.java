package io.bisup.contract.recipe;

import java.util.List;

/**
 * Whether a checkpoint of compressed-tensors' {@code pack-quantized} form can say all that a recipe makes, so that an engine
 * such as vLLM could serve it: integer weights by row or group, inputs of 4, 8 or 16 bits quantized while the model runs, and
 * nothing that the model's graph does not have.
 */
public final class Portable {

    private Portable() {}

    public static boolean is(Recipe recipe) {
        return weights(recipe.precision())
                && inputs(recipe)
                && !recipe.precision().cache().quantizes()
                && recipe.compensation() == null
                && recipe.prefix() instanceof Prefix.None
                && recipe.transforms().stream().allMatch(Portable::folds);
    }

    private static boolean weights(Precision precision) {
        Format weights = precision.weights();
        return weights.quantizes()
                && byRowOrGroup(weights.scope())
                && (weights.symmetric() || !precision.inputs().quantizes())
                && precision.keepers() == null
                && precision.overrides().isEmpty();
    }

    /** There is no field for a range of inputs. */
    private static boolean inputs(Recipe recipe) {
        Format inputs = recipe.precision().inputs();
        if (!inputs.quantizes()) {
            return true;
        }
        boolean learnt = recipe.learning() != null && recipe.learning().learns(Learning.Space.INPUT_RANGES);
        return (inputs.bits() == 4 || inputs.bits() == 8)
                && inputs.symmetric()
                && byRowOrGroup(inputs.scope())
                && recipe.ranges().inputs() instanceof Range.Full
                && !learnt;
    }

    private static boolean byRowOrGroup(Scope scope) {
        return switch (scope) {
            case Scope.Row row -> true;
            case Scope.Channels channels -> channels.rows() == 1;
            case Scope.Head head -> false;
            case Scope.Tensor tensor -> false;
        };
    }

    /** Whether a transform ends in the weights alone. */
    private static boolean folds(Transform transform) {
        return switch (transform) {
            case Transform.Smooth smooth -> !smooth.sites().contains(Site.QUERY_KEY);
            case Transform.Reorder reorder -> false;
            case Transform.Rotate rotate ->
                List.of(Transform.Rotate.Rotation.RESIDUAL, Transform.Rotate.Rotation.VALUE_HEADS)
                        .containsAll(rotate.of());
        };
    }
}
