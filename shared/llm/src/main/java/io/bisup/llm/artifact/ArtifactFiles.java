package io.bisup.llm.artifact;

import java.util.Locale;

/** Names of an artifact's files. */
public final class ArtifactFiles {

    /** What was done, and how the tensors are to be read. */
    public static final String SIDECAR = "bisup_config.json";
    /** Embedding, final norm and output head, as the source checkpoint holds them. */
    public static final String ENDS = "ends.safetensors";

    /** The source's own card (its README.md), where it has one: what states its licence. */
    public static final String SOURCE_CARD = "SOURCE_README.md";

    private ArtifactFiles() {}

    /** The file of one block. */
    public static String block(int layer) {
        return String.format(Locale.ROOT, "block-%05d.safetensors", layer);
    }
}
