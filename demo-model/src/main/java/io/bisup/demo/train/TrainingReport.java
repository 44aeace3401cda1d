package io.bisup.demo.train;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/** The file training.json beside the weights: how they were made, and how well they predict as they lie in the folder. */
public final class TrainingReport {
    /** Name of the file. */
    public static final String FILE = "training.json";

    /** The sample's windows are the first of each text, so that a test can measure them again in seconds. */
    public static final int SAMPLE_WINDOWS = 8;

    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

    private TrainingReport() {}

    /** Writes how the weights were made; a measurement of earlier weights is dropped. */
    static void writeTraining(Path directory, TrainingSettings settings, long tokens, long seconds) throws IOException {
        ObjectNode report = JSON.createObjectNode();
        report.put("seed", settings.seed())
                .put("steps", settings.steps())
                .put("tokens_per_step", settings.sequences() * settings.context())
                .put("peak_learning_rate", settings.peakRate())
                .put("tokens_of_training_text", tokens)
                .put("seconds", seconds);
        write(directory, report);
    }

    /** Measures the folder's model on validation and test text of both registers and adds the figures to the report. */
    public static void measure(TensorRuntime runtime, Path directory) throws IOException {
        ObjectNode report = (ObjectNode) JSON.readTree(directory.resolve(FILE).toFile());
        ObjectNode perplexity = report.putObject("perplexity");
        ObjectNode sample = report.putObject("perplexity_of_first_" + SAMPLE_WINDOWS + "_windows");
        try (DemoModel model = DemoModel.open(runtime, directory)) {
            for (Split split : List.of(Split.VALIDATION, Split.TEST)) {
                for (Register register : Register.values()) {
                    String name = name(split, register);
                    perplexity.put(name, model.perplexity(split, register, Integer.MAX_VALUE));
                    sample.put(name, model.perplexity(split, register, SAMPLE_WINDOWS));
                }
            }
        }
        write(directory, report);
    }

    /** The report as text. */
    public static String read(Path directory) throws IOException {
        return Files.readString(directory.resolve(FILE));
    }

    static String name(Split split, Register register) {
        return (split + "_" + register).toLowerCase(Locale.ROOT);
    }

    private static void write(Path directory, ObjectNode report) throws IOException {
        Files.writeString(directory.resolve(FILE), JSON.writeValueAsString(report) + "\n");
    }
}
