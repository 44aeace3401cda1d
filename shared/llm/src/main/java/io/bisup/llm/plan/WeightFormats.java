package io.bisup.llm.plan;

import io.bisup.contract.recipe.Format;
import io.bisup.contract.recipe.Precision;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.TensorMap;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The format of every linear weight of a model. An override counts for the weights whose role, or whose module in the checkpoint,
 * its pattern matches; of several that match, the one with the most characters that are no '*'.
 */
final class WeightFormats {

    private static final Comparator<String> MOST_SPECIFIC_FIRST =
            Comparator.comparingLong(WeightFormats::letters).reversed().thenComparing(Comparator.naturalOrder());

    private final Precision precision;
    private final List<Map<BlockTensor, String>> patterns = new ArrayList<>();
    private final Set<String> matched = new HashSet<>();
    private final Set<String> ambiguous = new HashSet<>();

    WeightFormats(Precision precision, DecoderConfig config) {
        this.precision = precision;
        List<String> ordered = precision.overrides().keySet().stream()
                .sorted(MOST_SPECIFIC_FIRST)
                .toList();
        TensorMap names = TensorMap.of(config);
        for (int layer = 0; layer < config.layers(); layer++) {
            Map<BlockTensor, String> chosen = new EnumMap<>(BlockTensor.class);
            for (BlockTensor linear : BlockSites.LINEARS) {
                String module = module(names, layer, linear);
                List<String> matching = ordered.stream()
                        .filter(pattern -> matches(pattern, BlockPlan.role(linear)) || matches(pattern, module))
                        .toList();
                if (!matching.isEmpty()) {
                    chosen.put(linear, choose(matching));
                }
            }
            patterns.add(chosen);
        }
    }

    private String choose(List<String> matching) {
        matched.addAll(matching);
        String first = matching.getFirst();
        matching.stream()
                .skip(1)
                .filter(other -> letters(other) == letters(first))
                .filter(other -> !format(other).equals(format(first)))
                .forEach(ambiguous::add);
        return first;
    }

    private static long letters(String pattern) {
        return pattern.chars().filter(c -> c != '*').count();
    }

    private Format format(@Nullable String pattern) {
        return pattern == null ? precision.weights() : precision.overrides().getOrDefault(pattern, precision.weights());
    }

    Format of(int layer, BlockTensor linear) {
        return format(pattern(layer, linear));
    }

    /** The override that a weight's format is from, or null. */
    @Nullable
    String pattern(int layer, BlockTensor linear) {
        return patterns.get(layer).get(linear);
    }

    /** Whether a pattern matches any weight. */
    boolean matchesAny(String pattern) {
        return matched.contains(pattern);
    }

    /** Whether another pattern of as many characters gives a weight that this one matches another format. */
    boolean isAmbiguous(String pattern) {
        return ambiguous.contains(pattern);
    }

    /** The module that holds a weight, as the model's checkpoints name it, such as {@code model.layers.0.mlp.down_proj}. */
    static String module(TensorMap names, int layer, BlockTensor linear) {
        String tensor = names.part(linear.name(layer)).tensor();
        return tensor.substring(0, tensor.length() - ".weight".length());
    }

    /** Whether a name matches a pattern in which '*' stands for any characters; takes at most their lengths' product of steps. */
    static boolean matches(String pattern, String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int taken = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                taken = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++taken;
            } else {
                return false;
            }
        }
        return pattern.substring(p).chars().allMatch(c -> c == '*');
    }
}
