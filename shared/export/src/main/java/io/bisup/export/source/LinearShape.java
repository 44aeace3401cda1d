package io.bisup.export.source;

import io.bisup.contract.recipe.Format;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.config.TensorMap;
import io.bisup.llm.plan.Segment;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The shape of one linear layer, alike in every block; formats are those of the first block, whose like all are where a format of
 * codes is written: {@link io.bisup.contract.recipe.Portability} refuses overrides.
 *
 * @param name inside the block, such as {@code self_attn.q_proj}
 * @param columns input channels
 * @param parts the weights that are its rows, from top to bottom
 */
public record LinearShape(String name, int columns, List<Part> parts) {

    /** The weight of one role, with the formats of its columns. */
    public record Part(BlockTensor linear, int rows, List<Segment> segments) {}

    public LinearShape {
        parts = List.copyOf(parts);
    }

    /** Every linear layer of a block, as the model's family names them. */
    public static List<LinearShape> of(DecoderConfig config, Function<BlockTensor, List<Segment>> segments) {
        TensorMap map = TensorMap.of(config);
        Map<String, List<Part>> parts = new LinkedHashMap<>();
        for (BlockTensor linear : BlockSites.LINEARS) {
            String tensor = map.part(linear.name(0)).tensor();
            String prefix = ModelTensors.blockPrefix(0);
            String name = tensor.substring(prefix.length(), tensor.length() - ".weight".length());
            int rows = Math.toIntExact(linear.shape(config).getFirst());
            parts.computeIfAbsent(name, key -> new ArrayList<>()).add(new Part(linear, rows, segments.apply(linear)));
        }
        return parts.entrySet().stream()
                .map(entry -> new LinearShape(entry.getKey(), columns(config, entry.getValue()), entry.getValue()))
                .toList();
    }

    private static int columns(DecoderConfig config, List<Part> parts) {
        return Math.toIntExact(parts.getFirst().linear().shape(config).getLast());
    }

    /** The full name in one block. */
    public String module(int layer) {
        return ModelTensors.blockPrefix(layer) + name;
    }

    /** Output channels. */
    public int rows() {
        return parts.stream().mapToInt(Part::rows).sum();
    }

    /**
     * The format of all its codes.
     *
     * @throws IllegalStateException if there is not exactly one, which {@link io.bisup.contract.recipe.Portability} refuses
     */
    public Format format() {
        List<Format> formats = parts.stream()
                .flatMap(part -> part.segments().stream().map(Segment::format))
                .distinct()
                .toList();
        if (formats.size() != 1) {
            throw new IllegalStateException(name + " has the formats " + formats + ", not one");
        }
        return formats.getFirst();
    }
}
