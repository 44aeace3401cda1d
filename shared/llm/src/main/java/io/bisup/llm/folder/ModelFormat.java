package io.bisup.llm.folder;

import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;

/** A form in which a model may lie in a folder. */
interface ModelFormat {

    /** Whether the folder holds this format, judged by the names of its files and by its config.json. */
    boolean recognises(Path directory);

    /**
     * Opens the model for inference.
     *
     * @throws io.bisup.llm.config.ModelConfigException if its configuration cannot be run
     * @throws io.bisup.llm.checkpoint.MalformedCheckpointException if its weights cannot be read
     */
    OpenModel open(Path directory, TensorRuntime runtime);
}
