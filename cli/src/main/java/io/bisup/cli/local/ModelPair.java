package io.bisup.cli.local;

import io.bisup.cli.UserErrorException;
import io.bisup.llm.folder.ModelFolder;
import io.bisup.llm.folder.OpenModel;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.BiFunction;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** A quantized model and the FP model it is compared with, on one device and behind the same prefix. */
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ModelPair {

    @Option(names = "--base", required = true, paramLabel = "DIR", description = "checkpoint folder of the FP model")
    private Path base;

    @Option(names = "--model", required = true, paramLabel = "DIR", description = "artifact or another checkpoint")
    private Path model;

    @Mixin
    private Hardware hardware;

    /**
     * Opens both, measures and closes both.
     *
     * @param measure gets the FP model and the quantized one
     * @throws UserErrorException when a folder is missing or the models cannot be compared
     */
    <T> T compare(BiFunction<OpenModel, OpenModel, T> measure) {
        requireFolder("--base", base);
        requireFolder("--model", model);
        return hardware.with(runtime -> compare(runtime, measure));
    }

    private <T> T compare(TensorRuntime runtime, BiFunction<OpenModel, OpenModel, T> measure) {
        try (OpenModel quantized = ModelFolder.open(model, runtime);
                OpenModel exact = ModelFolder.open(base, runtime, quantized.prefixIds())) {
            return measure.apply(exact, quantized);
        } catch (IllegalArgumentException unlike) {
            throw new UserErrorException("--base and --model: " + unlike.getMessage());
        }
    }

    private static void requireFolder(String option, Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new UserErrorException(
                    option + " " + folder + " is no folder; give a Hugging Face checkpoint folder or an artifact");
        }
    }
}
