package io.bisup.llm.block;

import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import java.util.List;

/** Which linears of a block read which input. */
public final class BlockSites {

    /** The inputs of linears, in the order they are computed. */
    public static final List<Site> INPUTS = List.of(Site.QKV, Site.O, Site.GATE_UP, Site.DOWN);

    /** The linear weights, in the order they are computed: q k v o gate up down. */
    public static final List<BlockTensor> LINEARS =
            INPUTS.stream().flatMap(site -> readers(site).stream()).toList();

    private BlockSites() {}

    /** The weights that read an input; none reads {@link Site#QUERY_KEY}. */
    public static List<BlockTensor> readers(Site site) {
        return switch (site) {
            case QKV -> List.of(BlockTensor.QUERY, BlockTensor.KEY, BlockTensor.VALUE);
            case O -> List.of(BlockTensor.OUTPUT);
            case GATE_UP -> List.of(BlockTensor.GATE, BlockTensor.UP);
            case DOWN -> List.of(BlockTensor.DOWN);
            case QUERY_KEY -> List.of();
        };
    }

    /** The input that a linear weight reads. */
    public static Site inputOf(BlockTensor linear) {
        return INPUTS.stream()
                .filter(site -> readers(site).contains(linear))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(linear + " is no linear weight"));
    }
}
