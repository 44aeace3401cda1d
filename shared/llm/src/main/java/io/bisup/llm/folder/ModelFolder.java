package io.bisup.llm.folder;

import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.List;

/** Opens a folder with a model in it: a Hugging Face checkpoint, as trained or quantized by another tool, or a form of our own. */
public final class ModelFolder {

    /** Tried in order; the last takes whatever the others leave, and says what it misses there. */
    private static final List<ModelFormat> FORMATS =
            List.of(new ArtifactFormat(), new PeerFormat(), new HuggingFaceFormat());

    private ModelFolder() {}

    /**
     * Opens the model for inference on the runtime's device.
     *
     * @throws io.bisup.llm.config.ModelConfigException if its configuration is missing or cannot be run
     * @throws io.bisup.llm.checkpoint.MalformedCheckpointException if its weights are missing or cannot be read
     */
    public static OpenModel open(Path directory, TensorRuntime runtime) {
        return FORMATS.stream()
                .filter(format -> format.recognises(directory))
                .findFirst()
                .orElse(FORMATS.getLast())
                .open(directory, runtime);
    }

    /**
     * Opens a full-precision model behind a prefix that it computes itself, such as the baseline of an artifact that has
     * one; see {@link #open(Path, TensorRuntime)}.
     *
     * @param prefixIds token ids; empty for none
     */
    public static OpenModel open(Path directory, TensorRuntime runtime, List<Long> prefixIds) {
        if (prefixIds.isEmpty()) {
            return open(directory, runtime);
        }
        long[] ids = prefixIds.stream().mapToLong(Long::longValue).toArray();
        try (TensorOwner owner = new TensorOwner()) {
            OpenModel plain = owner.own(open(directory, runtime));
            LanguageModel behind = plain.model().behind(ids);
            return owner.handOver(new OpenModel(directory, behind, prefixIds, plain.checkpoint()));
        }
    }
}
