package io.bisup.contract.recipe;

import static io.bisup.contract.ExportFormat.COMPRESSED_TENSORS;
import static io.bisup.contract.ExportFormat.HF_FAKE;

import io.bisup.contract.ExportFormat;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What each format cannot say of a recipe, found field by field. */
final class PortabilityRules {

    private static final Set<Transform.Rotate.Rotation> FOLDED =
            EnumSet.of(Transform.Rotate.Rotation.RESIDUAL, Transform.Rotate.Rotation.VALUE_HEADS);

    private final Recipe recipe;
    private final ExportFormat format;
    private final List<Obstacle> obstacles = new ArrayList<>();

    private PortabilityRules(Recipe recipe, ExportFormat format) {
        this.recipe = recipe;
        this.format = format;
    }

    static List<Obstacle> check(Recipe recipe, ExportFormat format) {
        if (format == ExportFormat.PEFT) {
            return adapter(recipe);
        }
        PortabilityRules rules = new PortabilityRules(recipe, format);
        rules.transforms();
        rules.precision();
        rules.compensation();
        return rules.obstacles;
    }

    /** An adapter stands on a base in a format of its own; the branch itself must read what PEFT's does. */
    private static List<Obstacle> adapter(Recipe recipe) {
        LowRank branch = recipe.compensation();
        if (branch == null) {
            return List.of(new Obstacle(
                    "/compensation",
                    "there is no low-rank branch to write as an adapter",
                    "add compensation, or export the weights as compressed-tensors"));
        }
        List<Obstacle> all = new ArrayList<>();
        if (branch.reads() == LowRank.Reads.QUANTIZED
                && recipe.precision().inputs().quantizes()) {
            all.add(new Obstacle(
                    "/compensation/reads",
                    "an adapter reads inputs as they are, this branch quantized ones",
                    "reads: exact"));
        }
        check(recipe, adapterBase(recipe)).stream()
                .filter(obstacle -> !obstacle.pointer().startsWith("/compensation"))
                .forEach(all::add);
        return all;
    }

    static ExportFormat adapterBase(Recipe recipe) {
        boolean packs = check(recipe, COMPRESSED_TENSORS).stream()
                .allMatch(obstacle -> obstacle.pointer().startsWith("/compensation"));
        return packs || recipe.precision().inputs().quantizes() ? COMPRESSED_TENSORS : HF_FAKE;
    }

    private void transforms() {
        for (int i = 0; i < recipe.transforms().size(); i++) {
            String at = "/transforms/" + i;
            switch (recipe.transforms().get(i)) {
                case Transform.Smooth smooth -> {}
                case Transform.Reorder reorder ->
                    refuse(
                            at + "/reorder",
                            "inputs are gathered in another order while the model runs",
                            "leave the reordering out, with the keepers that need it");
                case Transform.Rotate rotate -> rotate(at + "/rotate/of", rotate);
            }
        }
    }

    private void rotate(String at, Transform.Rotate rotate) {
        for (Transform.Rotate.Rotation of : rotate.of()) {
            if (!FOLDED.contains(of)) {
                refuse(
                        at,
                        of.name().toLowerCase(Locale.ROOT) + " is rotated while the model runs",
                        "of: [residual, value_heads], which fold into the weights");
            }
        }
    }

    private void precision() {
        Precision precision = recipe.precision();
        if (format != HF_FAKE) {
            obstacles.addAll(PortableFormats.weights(format, precision));
        }
        obstacles.addAll(PortableFormats.inputs(format, precision));
        if (format == HF_FAKE) {
            return;
        }
        if (precision.keepers() != null) {
            refuse(
                    "/precision/keepers",
                    "some columns of a weight have other bits than the rest",
                    "leave keepers out; rotate the residual stream against outliers instead");
        }
        if (!precision.overrides().isEmpty()) {
            refuse("/precision/overrides", "some weights have another format than the rest", "leave overrides out");
        }
        inputRanges(precision);
    }

    /** No reader has a field for the range of inputs: vLLM's kernels take all of it, from each token. */
    private void inputRanges(Precision precision) {
        if (!precision.inputs().quantizes()) {
            return;
        }
        if (!(recipe.ranges().inputs() instanceof Range.Full)) {
            refuse(
                    "/ranges/inputs",
                    "readers take the range of inputs from each token, and have no factor on it",
                    "ranges.inputs: full");
        }
        Learning learning = recipe.learning();
        if (learning != null && learning.learns(Learning.Space.INPUT_RANGES)) {
            refuse(
                    "/learning/of",
                    "learnt ranges of inputs have no field: readers take the range from each token",
                    "learn weight_ranges, transforms and cache_ranges only");
        }
    }

    private void compensation() {
        LowRank branch = recipe.compensation();
        if (branch == null) {
            return;
        }
        if (format != HF_FAKE) {
            refuse(
                    "/compensation",
                    "a low-rank branch is no part of a weight's codes",
                    "export as peft: the branch becomes an adapter over the quantized base");
        }
    }

    private void refuse(String pointer, String reason, String remedy) {
        obstacles.add(new Obstacle(pointer, reason, remedy));
    }
}
