package io.bisup.contract.recipe;

import io.bisup.contract.recipe.Learning.Space;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Recipes that are legal as such, whatever a model would say to them. */
final class RandomRecipe {

    private final Random random;

    RandomRecipe(long seed) {
        this.random = new Random(seed);
    }

    Recipe next() {
        Precision precision = precision();
        boolean quantizes = precision.weights().quantizes();
        List<Transform> transforms = transforms(precision.keepers() != null);
        LowRank compensation = quantizes && random.nextBoolean() ? compensation() : null;
        return new Recipe(
                Recipe.VERSION,
                "r" + random.nextInt(1000),
                transforms,
                precision,
                new Ranges(range(), range(), range()),
                random.nextBoolean() ? new Rounding.Nearest() : gptq(),
                compensation,
                learning(transforms, precision, compensation),
                prefix(),
                new Calibration(1 + random.nextInt(100), 2 + random.nextInt(4000), random.nextInt(9)));
    }

    private List<Transform> transforms(boolean keepers) {
        List<Transform> transforms = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
            transforms.add(
                    switch (random.nextInt(3)) {
                        case 0 ->
                            new Transform.Smooth(
                                    some(Site.class),
                                    pick(Transform.Smooth.Start.class),
                                    random.nextDouble(),
                                    1.5 + random.nextInt(9),
                                    pick(Transform.Smooth.Form.class),
                                    keepers && random.nextBoolean());
                        case 1 -> new Transform.Reorder(pick(Transform.Reorder.By.class));
                        default ->
                            new Transform.Rotate(
                                    some(Transform.Rotate.Rotation.class),
                                    pick(Transform.Rotate.Kind.class),
                                    random.nextInt(1000));
                    });
        }
        return transforms;
    }

    private Precision precision() {
        Map<String, Format> overrides = new TreeMap<>();
        for (int i = random.nextInt(3); i > 0; i--) {
            overrides.put("model.layers." + random.nextInt(40) + ".*", format());
        }
        CacheFormat cache = new CacheFormat(
                format(),
                format(),
                pick(CacheFormat.Place.class),
                pick(CacheFormat.Offset.class),
                pick(CacheFormat.Toggle.class));
        Keepers keepers = random.nextBoolean() ? null : new Keepers(1 + random.nextInt(256), 8);
        return new Precision(format(), format(), cache, keepers, overrides);
    }

    private Format format() {
        int bits = random.nextInt(4) == 0 ? 16 : 2 + random.nextInt(7);
        Scope scope = switch (random.nextInt(4)) {
            case 0 -> new Scope.Row();
            case 1 -> new Scope.Head();
            case 2 -> new Scope.Tensor();
            default -> new Scope.Channels(1 + random.nextInt(300), 1 + random.nextInt(3));
        };
        return Format.integer(bits, random.nextBoolean(), scope);
    }

    private Range range() {
        return switch (random.nextInt(3)) {
            case 0 -> new Range.Full();
            case 1 -> new Range.Fixed(0.05 + 0.95 * random.nextDouble());
            default -> new Range.Searched(1 + 7 * random.nextDouble());
        };
    }

    private Rounding gptq() {
        return new Rounding.Gptq(
                1e-6 + random.nextDouble() / 2,
                1 + random.nextInt(512),
                pick(Rounding.Gptq.Order.class),
                random.nextBoolean(),
                random.nextBoolean());
    }

    private LowRank compensation() {
        return new LowRank(
                1 + random.nextInt(128),
                0.01 + 0.99 * random.nextDouble(),
                pick(LowRank.Start.class),
                pick(LowRank.Reads.class),
                random.nextInt(40));
    }

    private @Nullable Learning learning(
            List<Transform> transforms, Precision precision, @Nullable LowRank compensation) {
        Set<Space> legal = EnumSet.noneOf(Space.class);
        if (precision.weights().quantizes()) {
            legal.addAll(List.of(Space.RANGES, Space.WEIGHT_RANGES));
        }
        if (precision.inputs().quantizes()) {
            legal.add(Space.INPUT_RANGES);
        }
        if (transforms.stream().anyMatch(t -> t instanceof Transform.Smooth)) {
            legal.add(Space.TRANSFORMS);
        }
        if (compensation != null) {
            legal.add(Space.LOW_RANK);
        }
        legal.removeIf(space -> random.nextInt(3) == 0);
        return legal.isEmpty()
                ? null
                : new Learning(
                        legal,
                        1 + random.nextInt(20),
                        random.nextDouble() / 100,
                        random.nextDouble() / 1000,
                        random.nextInt(32),
                        pick(Learning.Objective.class));
    }

    private Prefix prefix() {
        return switch (random.nextInt(5)) {
            case 0 -> new Prefix.None();
            case 1 -> new Prefix.Bos();
            case 2 -> new Prefix.SystemPrompt();
            case 3 -> new Prefix.Tokens(List.of((long) random.nextInt(32_000), (long) random.nextInt(32_000)));
            default -> new Prefix.Detected(2 + random.nextInt(100));
        };
    }

    private <E extends Enum<E>> E pick(Class<E> type) {
        E[] all = type.getEnumConstants();
        return all[random.nextInt(all.length)];
    }

    private <E extends Enum<E>> Set<E> some(Class<E> type) {
        Set<E> some = EnumSet.of(pick(type));
        some.add(pick(type));
        return some;
    }
}
