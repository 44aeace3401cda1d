package io.bisup.cli.local;

import io.bisup.cli.UserErrorException;
import io.bisup.data.DatasetException;
import io.bisup.llm.checkpoint.MalformedCheckpointException;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.Compute;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.token.TokenizerException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Opens a device, and a model folder, for one command and turns what is wrong with the user's files into one line. */
final class Engine {

    private Engine() {}

    /** What a command does with the open model. */
    @FunctionalInterface
    interface Use<T> {
        T apply(OpenModel model);
    }

    /** Opens a folder, with matrix products in a format: auto, float32 or bfloat16. */
    static <T> T with(Path directory, String device, String compute, Use<T> use) {
        if (!Files.isDirectory(directory)) {
            throw new UserErrorException("--model " + directory
                    + " is no folder; give a Hugging Face checkpoint folder or one of our artifacts");
        }
        return onDevice(device, compute, runtime -> {
            try (OpenModel model = ModelFolder.open(directory, runtime)) {
                return use.apply(model);
            }
        });
    }

    /**
     * Runs work on a device; what is wrong with the user's files becomes one line.
     *
     * @param compute format of matrix products: auto, float32 or bfloat16; null for the device's usual one
     */
    static <T> T onDevice(String device, @Nullable String compute, Function<TensorRuntime, T> work) {
        try (TensorRuntime runtime = TensorRuntime.open(device(device))) {
            return work.apply(compute == null ? runtime : runtime.computing(compute(compute, runtime)));
        } catch (MalformedCheckpointException | ModelConfigException | TokenizerException | DatasetException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()));
        }
    }

    private static Compute compute(String setting, TensorRuntime runtime) {
        try {
            return Compute.parse(setting, runtime);
        } catch (IllegalArgumentException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()));
        }
    }

    private static ComputeDevice device(String setting) {
        try {
            return ComputeDevice.parse(setting);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw new UserErrorException(String.valueOf(e.getMessage()));
        }
    }
}
