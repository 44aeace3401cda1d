package io.bisup.eval.job;

import io.bisup.llm.folder.ModelFailures;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A model that is fetched and opened when it is first needed: what was measured before needs none. */
final class LazyModel implements AutoCloseable {

    private final TensorRuntime runtime;
    private final Folder folder;
    private final List<Long> prefix;
    private @Nullable OpenModel open;

    /** Where the model lies, once fetched. */
    @FunctionalInterface
    interface Folder {
        Path path() throws IOException;
    }

    /** @param prefix token ids that the model is put behind; empty for none, and for an artifact, which has its own */
    LazyModel(TensorRuntime runtime, Folder folder, List<Long> prefix) {
        this.runtime = runtime;
        this.folder = folder;
        this.prefix = List.copyOf(prefix);
    }

    /** @throws io.bisup.contract.FailureException with a code, naming the file, when they are no model */
    OpenModel get() throws IOException {
        OpenModel model = open;
        if (model == null) {
            model = opened(folder.path());
            open = model;
        }
        return model;
    }

    private OpenModel opened(Path path) {
        try {
            return ModelFolder.open(path, runtime, prefix);
        } catch (RuntimeException e) {
            throw ModelFailures.coded(e);
        }
    }

    TensorRuntime runtime() {
        return runtime;
    }

    @Override
    public void close() {
        if (open != null) {
            open.close();
        }
    }
}
