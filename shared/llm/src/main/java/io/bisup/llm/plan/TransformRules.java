package io.bisup.llm.plan;

import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.Transform;
import io.bisup.contract.recipe.Transform.Rotate.Rotation;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Which transforms compose, and in which order. */
final class TransformRules {

    private static final Set<Site> NORMED = EnumSet.of(Site.QKV, Site.GATE_UP);

    private static final String ONLY_RESIDUAL = "before the reordering rotate nothing but the residual stream";

    private final BlockPlan plan;
    private final List<Refusal> refusals = new ArrayList<>();
    private final Set<Rotation> rotated = EnumSet.noneOf(Rotation.class);
    private final Set<Site> smoothed = EnumSet.noneOf(Site.class);
    private boolean reordered;

    private TransformRules(BlockPlan plan) {
        this.plan = plan;
    }

    static List<Refusal> check(BlockPlan plan) {
        TransformRules rules = new TransformRules(plan);
        List<Transform> transforms = plan.recipe().transforms();
        for (int i = 0; i < transforms.size(); i++) {
            rules.check("/transforms/" + i, transforms.get(i));
        }
        return rules.refusals;
    }

    private void check(String at, Transform transform) {
        switch (transform) {
            case Transform.Smooth smooth -> smooth(at + "/smooth", smooth);
            case Transform.Rotate rotate -> rotate(at + "/rotate", rotate);
            case Transform.Reorder reorder -> reorder(at + "/reorder");
        }
    }

    private void smooth(String at, Transform.Smooth smooth) {
        for (Site site : smooth.sites()) {
            if (!smoothed.add(site)) {
                refuse(at + "/sites", name(site) + " is smoothed twice", "smooth each site once");
            }
            boolean afterHadamard = (site == Site.DOWN && rotated.contains(Rotation.DOWN))
                    || (site == Site.O
                            && (rotated.contains(Rotation.ACROSS_HEADS) || rotated.contains(Rotation.VALUE_HEADS)));
            if (afterHadamard) {
                refuse(
                        at + "/sites",
                        "smoothing " + name(site) + " after its Hadamard needs a multiplication at run time",
                        "put it before the rotation");
            }
            if (NORMED.contains(site)
                    && rotated.contains(Rotation.RESIDUAL)
                    && smooth.start() == Transform.Smooth.Start.SMOOTHQUANT) {
                refuse(
                        at + "/start",
                        "SmoothQuant's factors after a rotation make it worse, only learnt ones help",
                        "start: ones");
            }
        }
        if (smooth.spareKeepers() && plan.keepers() == null) {
            refuse(at + "/spareKeepers", "the recipe has no keepers", "leave it out, or add precision.keepers");
        }
        if (smooth.form() == Transform.Smooth.Form.EXPONENT && smooth.start() == Transform.Smooth.Start.ONES) {
            refuse(at + "/form", "an exponent needs SmoothQuant's statistics", "start: smoothquant");
        }
    }

    private void rotate(String at, Transform.Rotate rotate) {
        for (Rotation of : rotate.of()) {
            if (!rotated.add(of)) {
                refuse(
                        at + "/of",
                        of.name().toLowerCase(java.util.Locale.ROOT) + " is rotated twice",
                        "rotate it once");
            }
        }
        if (rotate.of().contains(Rotation.RESIDUAL) && smoothed.stream().anyMatch(NORMED::contains)) {
            refuse(
                    at + "/of",
                    "fusing the norms undoes the smoothing of qkv and gate_up before it",
                    "put their smoothing after the rotation, with start: ones");
        }
        if (reordered) {
            refuse(at, "a rotation after a reordering mixes outliers back", ONLY_RESIDUAL);
        }
    }

    private void reorder(String at) {
        if (reordered) {
            refuse(at, "channels are reordered twice", "reorder once");
        }
        if (rotated.stream().anyMatch(of -> of != Rotation.RESIDUAL)) {
            refuse(at, "the rotations before it leave no outliers to sort in the inputs of o and down", ONLY_RESIDUAL);
        }
        reordered = true;
    }

    private void refuse(String pointer, String reason, String nearest) {
        refusals.add(new Refusal(pointer, reason, nearest));
    }

    private static String name(Site site) {
        return site.name().toLowerCase(java.util.Locale.ROOT);
    }
}
