package io.bisup.llm.quant;

import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;

/** The three number formats of a block, checked against the widths of a model. */
public record BlockFormats(TensorFormat weights, TensorFormat activations, TensorFormat keyValue) {

    /** Nothing is quantized. */
    public static final BlockFormats NONE = new BlockFormats(
            TensorFormat.unquantized("channel"), TensorFormat.unquantized("token"), TensorFormat.unquantized("head"));

    public static BlockFormats of(Recipe recipe) {
        return of(LegacyRecipe.of(recipe));
    }

    public static BlockFormats of(LegacyRecipe recipe) {
        return new BlockFormats(recipe.weights(), recipe.activations(), recipe.keyValue());
    }

    /** As the block kernels take them. */
    public long[] spec() {
        return new long[] {
            weights.bits(),
            weights.symmetric() ? 1 : 0,
            weights.groupSize(),
            activations.bits(),
            activations.symmetric() ? 1 : 0,
            activations.groupSize(),
            keyValue.bits(),
            keyValue.symmetric() ? 1 : 0,
            0
        };
    }

    /** Groups of a linear's input of that width. */
    public int activationGroups(int width) {
        return activations.groupSize() == 0 ? 1 : width / activations.groupSize();
    }

    /** Groups of a row of a weight of that width. */
    public int weightGroups(int width) {
        return weights.groupSize() == 0 ? 1 : width / weights.groupSize();
    }

    /**
     * Refuses what cannot be stored or run.
     *
     * @throws InvalidSpecException naming the field, with the tensor and the widths in its message
     */
    public void check(DecoderConfig config) {
        named(weights, "/precision/weights", "channel");
        named(activations, "/precision/inputs", "token");
        named(keyValue, "/precision/cache/keys", "head");
        if (keyValue.quantizes() && keyValue.groupSize() != 0) {
            throw new InvalidSpecException("/precision/cache/keys/scope", "counts channels", "use head");
        }
        for (BlockTensor linear : KernelOrder.LINEARS) {
            int width = Math.toIntExact(linear.shape(config).getLast());
            tiles(weights, "/precision/weights", linear.suffix(), width);
            tiles(activations, "/precision/inputs", "the input of " + linear.suffix(), width);
        }
    }

    private static void named(TensorFormat format, String field, String name) {
        if (format.quantizes() && format.groupSize() == 0 && !format.group().equals(name)) {
            throw new InvalidSpecException(
                    field + "/scope", "is '" + format.group() + "'", "use " + name + " or a number of channels");
        }
    }

    private static void tiles(TensorFormat format, String field, String tensor, int width) {
        if (format.quantizes() && format.groupSize() > 0 && width % format.groupSize() != 0) {
            throw new InvalidSpecException(
                    field + "/scope",
                    "is " + format.group() + ", which does not divide the " + width + " channels of " + tensor,
                    "use a group size that divides " + width);
        }
    }
}
