package io.bisup.demo;

import io.bisup.demo.train.DemoTraining;
import io.bisup.demo.train.TrainingReport;
import io.bisup.demo.train.TrainingSettings;
import io.bisup.llm.tensor.ComputeDevice;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.time.Clock;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Makes the demo model's folder again: {@code ./bisup demo-model --out DIR}. */
@Command(
        name = "demo-model",
        mixinStandardHelpOptions = true,
        description = "Generates the corpus, trains the tokenizer and the demo model, and measures it.")
public final class TrainDemoModel implements Callable<Integer> {
    @Option(names = "--out", defaultValue = "demo-model/model", description = "folder to write (${DEFAULT-VALUE})")
    private Path out = Path.of("");

    @Option(names = "--device", defaultValue = "cpu", description = "cpu or cuda:N (${DEFAULT-VALUE})")
    private String device = "";

    @Option(names = "--seed", defaultValue = "7", description = "of weights and windows (${DEFAULT-VALUE})")
    private long seed;

    @Option(names = "--steps", defaultValue = "1800", description = "optimizer steps (${DEFAULT-VALUE})")
    private int steps;

    @Option(names = "--sequences", defaultValue = "2", description = "windows of 512 tokens a step (${DEFAULT-VALUE})")
    private int sequences;

    @Option(names = "--rate", defaultValue = "0.0025", description = "peak learning rate (${DEFAULT-VALUE})")
    private double rate;

    @Option(
            names = "--checkpoint-every",
            defaultValue = "300",
            description = "steps between two writes of the folder (${DEFAULT-VALUE})")
    private int checkpointEvery;

    @Option(names = "--only-measure", description = "train nothing, measure the model that lies in the folder")
    private boolean onlyMeasure;

    @Option(names = "--only-text", description = "train nothing, write the corpus to the folder as text files")
    private boolean onlyText;

    @Override
    public Integer call() throws Exception {
        if (onlyText) {
            CorpusFiles.write(out);
            return 0;
        }
        TrainingSettings settings = new TrainingSettings(seed, steps, sequences, 512, rate, 100, 0.1, 1.0);
        try (TensorRuntime runtime = TensorRuntime.open(ComputeDevice.parse(device))) {
            if (onlyMeasure) {
                TrainingReport.measure(runtime, out);
            } else {
                new DemoTraining(runtime, out, settings, Clock.systemUTC(), System.out).run(checkpointEvery);
            }
        }
        System.out.print(TrainingReport.read(out));
        return 0;
    }

    /** Runs the command and exits with its code. */
    public static void main(String... arguments) {
        System.exit(new CommandLine(new TrainDemoModel()).execute(arguments));
    }
}
