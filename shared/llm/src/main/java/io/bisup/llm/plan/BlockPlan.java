package io.bisup.llm.plan;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Keepers;
import io.bisup.contract.recipe.Learning;
import io.bisup.contract.recipe.Precision;
import io.bisup.contract.recipe.Recipe;
import io.bisup.contract.recipe.Scope;
import io.bisup.contract.recipe.Site;
import io.bisup.contract.recipe.StoredBits;
import io.bisup.contract.recipe.Transform;
import io.bisup.contract.recipe.Transform.Rotate;
import io.bisup.contract.recipe.Transform.Rotate.Rotation;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What a recipe means for the blocks of one model: a recipe that the planner found legal, with every choice made.
 *
 * @param recipe what is asked for
 * @param config the model's shape
 * @param cache how keys and values are stored
 * @param formats of the linear weights
 */
public record BlockPlan(Recipe recipe, DecoderConfig config, CachePlan cache, WeightFormats formats) {

    static BlockPlan of(Recipe recipe, DecoderConfig config) {
        Precision precision = recipe.precision();
        return new BlockPlan(
                recipe, config, CachePlan.of(precision.cache(), config), new WeightFormats(precision, config));
    }

    /** Channels of an input. */
    public int width(Site site) {
        return Math.toIntExact(BlockSites.readers(site).getFirst().shape(config).getLast());
    }

    /** Formats of an input's channels, from left to right; empty when it is read as it is. */
    public List<Segment> inputSegments(Site site) {
        Format format = recipe.precision().inputs();
        return format.quantizes() ? withKeepers(width(site), format) : List.of();
    }

    /** Formats of a weight's columns in one layer, from left to right; empty when it is stored as it is. */
    public List<Segment> weightSegments(int layer, BlockTensor linear) {
        Format format = formats.of(layer, linear);
        return format.quantizes() ? withKeepers(width(BlockSites.inputOf(linear)), format) : List.of();
    }

    /** The same of every linear weight of a layer. */
    public Map<BlockTensor, List<Segment>> weightSegments(int layer) {
        Map<BlockTensor, List<Segment>> segments = new EnumMap<>(BlockTensor.class);
        BlockSites.LINEARS.forEach(linear -> segments.put(linear, weightSegments(layer, linear)));
        return segments;
    }

    /** The same of every layer. */
    public List<Map<BlockTensor, List<Segment>>> weightSegments() {
        return IntStream.range(0, config.layers())
                .mapToObj(this::weightSegments)
                .toList();
    }

    /** Whether any linear weight is rounded. */
    public boolean quantizesWeights() {
        return weightSegments().stream()
                .anyMatch(layer -> layer.values().stream().anyMatch(segments -> !segments.isEmpty()));
    }

    /** Bits that an artifact spends on each weight of the blocks' linears, all told: see {@link StoredBits}. */
    public double bitsPerWeight() {
        double bits = 0;
        double weights = 0;
        for (int layer = 0; layer < config.layers(); layer++) {
            for (BlockTensor linear : BlockSites.LINEARS) {
                int out = Math.toIntExact(linear.shape(config).getFirst());
                int in = Math.toIntExact(linear.shape(config).getLast());
                bits += StoredBits.perWeight(recipe, formats.of(layer, linear), out, in) * out * in;
                weights += (double) out * in;
            }
        }
        return bits / weights;
    }

    /** The name of a linear in recipes: q, k, v, o, gate, up, down. */
    static String role(BlockTensor linear) {
        return switch (linear) {
            case QUERY -> "q";
            case KEY -> "k";
            case VALUE -> "v";
            case OUTPUT -> "o";
            default -> linear.name().toLowerCase(Locale.ROOT);
        };
    }

    private List<Segment> withKeepers(int width, Format format) {
        Keepers keepers = recipe.precision().keepers();
        if (keepers == null) {
            return List.of(new Segment(width, format));
        }
        return List.of(
                new Segment(width - keepers.channels(), format),
                new Segment(keepers.channels(), Format.integer(keepers.bits(), true, new Scope.Row())));
    }

    /** The first rotation of that kind, if the recipe has one. */
    public Optional<Rotate> rotation(Rotation of) {
        return recipe.transforms().stream()
                .filter(Rotate.class::isInstance)
                .map(Rotate.class::cast)
                .filter(rotate -> rotate.of().contains(of))
                .findFirst();
    }

    /** Whether a space is learnt. */
    public boolean learns(Learning.Space space) {
        Learning learning = recipe.learning();
        return learning != null && learning.learns(space);
    }

    /** Whether the recipe has a transform of that type. */
    public <T extends Transform> boolean has(Class<T> type) {
        return recipe.transforms().stream().anyMatch(type::isInstance);
    }

    /** Channels at the end of every input that are kept at more bits, or null. */
    public @Nullable Keepers keepers() {
        return recipe.precision().keepers();
    }
}
