package io.bisup.contract.recipe;

import io.bisup.contract.Check;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Compositions that mean nothing for any model. What a given model allows is the planner's matter. */
final class RecipeChecks {

    private RecipeChecks() {}

    static void check(
            List<Transform> transforms,
            Precision precision,
            @Nullable LowRank compensation,
            @Nullable Learning learning) {
        for (int i = 0; i < transforms.size(); i++) {
            Check.require(
                    !(transforms.get(i) instanceof Transform.Smooth smooth)
                            || !smooth.spareKeepers()
                            || precision.keepers() != null,
                    "transforms/" + i + "/smooth/spareKeepers",
                    "has no keepers to spare",
                    "add precision.keepers, or set it to false");
        }
        Check.require(
                compensation == null || quantizesWeights(precision),
                "compensation",
                "has no weight error to compensate at 16 bits",
                "leave it out or quantize the weights");
        if (learning != null) {
            learning(transforms, precision, compensation, learning);
        }
    }

    private static void learning(
            List<Transform> transforms, Precision precision, @Nullable LowRank compensation, Learning learning) {
        for (Learning.Space space : learning.of()) {
            boolean there = switch (space) {
                case RANGES ->
                    quantizesWeights(precision)
                            || precision.inputs().quantizes()
                            || precision.cache().quantizes();
                case WEIGHT_RANGES -> quantizesWeights(precision);
                case INPUT_RANGES -> precision.inputs().quantizes();
                case CACHE_RANGES -> precision.cache().quantizes();
                case TRANSFORMS -> transforms.stream().anyMatch(t -> t instanceof Transform.Smooth);
                case LOW_RANK -> compensation != null;
            };
            Check.require(
                    there,
                    "learning/of",
                    "names " + space + ", " + absent(space),
                    "leave it out or add what is learnt");
        }
    }

    private static String absent(Learning.Space space) {
        return switch (space) {
            case RANGES, WEIGHT_RANGES, INPUT_RANGES, CACHE_RANGES -> "but nothing of it is quantized";
            case TRANSFORMS -> "but no transform is smooth";
            case LOW_RANK -> "but there is no compensation";
        };
    }

    private static boolean quantizesWeights(Precision precision) {
        return Stream.concat(Stream.of(precision.weights()), precision.overrides().values().stream())
                .anyMatch(Format::quantizes);
    }
}
