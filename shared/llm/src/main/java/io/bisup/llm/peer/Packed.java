package io.bisup.llm.peer;

import java.util.Set;

/** What GPTQ's and AWQ's tensors have in common. */
final class Packed {
    static final String CODES = ".qweight";
    static final String ZEROS = ".qzeros";
    static final String SCALES = ".scales";

    private Packed() {}

    /** Whether the checkpoint holds codes of a module, or lacks a weight of a block: then codes are what is missing. */
    static boolean isPacked(PeerModule module, Set<String> stored) {
        return stored.contains(module.name() + CODES)
                || (module.isInBlock() && !stored.contains(module.name() + PeerModule.WEIGHT));
    }
}
