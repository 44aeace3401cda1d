package io.bisup.llm.peer;

import java.util.Collection;
import java.util.Optional;
import java.util.Set;

/** How one tool stores the weights of a model, and what it does to their inputs at run time. */
public sealed interface PeerScheme permits CompressedTensors, Packed {

    /** The tool's format as {@code quant_method} spells it. */
    String method();

    /**
     * Checks that the scheme says nothing of modules that the model does not have.
     *
     * @throws io.bisup.llm.config.ModelConfigException naming the field that does
     */
    void check(Collection<PeerModule> modules);

    /**
     * How a module's weight is packed, or nothing if it is stored as trained.
     *
     * @param stored names of the checkpoint's tensors
     */
    Optional<PackedLayout> layout(PeerModule module, Set<String> stored);

    /** What happens to a module's input before the product, or nothing if it is read as it is. */
    Optional<PeerInput> input(PeerModule module);
}
