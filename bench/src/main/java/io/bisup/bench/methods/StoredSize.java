package io.bisup.bench.methods;

import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.artifact.ArtifactFiles;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorEntry;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.plan.Planner;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Bits that are stored for each weight of the blocks' linears: codes, scales, zero points, keepers and branches. */
final class StoredSize {

    private static final String BIAS = ".bias";
    private static final List<String> LINEARS = List.of(
            ".self_attn.q_proj.",
            ".self_attn.k_proj.",
            ".self_attn.v_proj.",
            ".self_attn.o_proj.",
            ".mlp.gate_proj.",
            ".mlp.up_proj.",
            ".mlp.down_proj.");

    private final DecoderConfig config;

    StoredSize(DecoderConfig config) {
        this.config = config;
    }

    /** Counted from the block files of an artifact. */
    double counted(Path artifact) {
        long bytes = IntStream.range(0, config.layers())
                .mapToObj(layer -> artifact.resolve(ArtifactFiles.block(layer)))
                .mapToLong(StoredSize::bytes)
                .sum();
        return 8.0 * bytes / (config.layers() * weights());
    }

    /** By the formula, each linear by its own shape and format. */
    double formula(Recipe recipe) {
        return Planner.require(recipe, config).bitsPerWeight();
    }

    private double weights() {
        return linears()
                .mapToDouble(shape -> (double) shape.getFirst() * shape.getLast())
                .sum();
    }

    /** Shapes [out, in] of the linears of a block: those of its parameters that are matrices. */
    private Stream<List<Long>> linears() {
        return BlockTensor.of(config).stream()
                .map(tensor -> tensor.shape(config))
                .filter(shape -> shape.size() == 2);
    }

    private static long bytes(Path block) {
        try (SafetensorsFile file = SafetensorsFile.open(block)) {
            return file.header().tensors().values().stream()
                    .filter(StoredSize::isOfLinear)
                    .mapToLong(TensorEntry::bytes)
                    .sum();
        }
    }

    private static boolean isOfLinear(TensorEntry entry) {
        return !entry.name().endsWith(BIAS)
                && LINEARS.stream().anyMatch(linear -> entry.name().contains(linear));
    }
}
