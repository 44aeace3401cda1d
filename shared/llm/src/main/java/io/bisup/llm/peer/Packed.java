package io.bisup.llm.peer;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/**
 * The scheme of a tool that packs all linear layers alike, as GPTQ's and AWQ's do, and reads inputs as they are. A layer is packed
 * where its codes are in the checkpoint or its weight is not, because no list in config.json tells.
 *
 * @param method as {@code quant_method} spells it
 * @param packing of each packed layer
 */
record Packed(String method, PackedLayout packing) implements PeerScheme {

    static final String CODES = ".qweight";
    static final String ZEROS = ".qzeros";
    static final String SCALES = ".scales";

    @Override
    public void check(Collection<PeerModule> modules) {
        // One setting for all layers: what it leaves out shows in the checkpoint's tensors.
    }

    @Override
    public Optional<PackedLayout> layout(PeerModule module, Set<String> stored) {
        // Codes are what is missing where a block's layer has neither them nor a weight.
        boolean packed = stored.contains(module.name() + CODES)
                || (module.isInBlock() && !stored.contains(module.name() + PeerModule.WEIGHT));
        return packed ? Optional.of(packing) : Optional.empty();
    }

    @Override
    public Optional<PeerInput> input(PeerModule module) {
        return Optional.empty();
    }
}
