package io.bisup.cli.local;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectReader;
import io.bisup.cli.ComparedScores;
import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.Json;
import io.bisup.contract.TaskSample;
import io.bisup.data.task.PairedScores;
import io.bisup.data.task.Task;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares samples of any number of models with those of the first. */
@Command(
        name = "compare",
        description =
                "Compare what local zeroshot --out wrote, or the service's samples, of any number of models on the same"
                        + " documents with the first: scores, and differences with the standard error of the pairs. A difference"
                        + " under two of its standard errors is called none.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CompareCommand implements Callable<Integer> {

    private static final ObjectReader SAMPLE = Json.mapper().readerFor(TaskSample.class);

    @Option(
            names = "--task",
            required = true,
            converter = ZeroShotCommand.TaskConverter.class,
            description = "the task that the samples are of")
    private Task task;

    @Option(names = "--json", description = "one JSON object for each file")
    private boolean json;

    @Parameters(
            arity = "2..*",
            paramLabel = "SAMPLES.jsonl",
            description = "the first is what the others are compared with")
    private List<Path> files;

    @Spec
    private CommandSpec spec;

    /**
     * One file.
     *
     * @param file its name
     * @param scores beside the first file's
     */
    private record Subject(String file, @JsonUnwrapped PairedScores scores) {}

    @Override
    public Integer call() {
        List<TaskSample> first = read(files.getFirst());
        PrintWriter writer = spec.commandLine().getOut();
        for (Path file : files) {
            Subject subject = subject(file, read(file), first);
            writer.println(json ? Json.write(subject) : sentence(subject));
        }
        writer.flush();
        return ExitCode.OK;
    }

    private Subject subject(Path file, List<TaskSample> samples, List<TaskSample> first) {
        try {
            return new Subject(file.toString(), PairedScores.of(task, samples, first));
        } catch (IllegalArgumentException e) {
            throw new UserErrorException(file + " and " + files.getFirst() + " do not compare: " + e.getMessage()
                    + "; give samples of the same documents");
        }
    }

    private List<TaskSample> read(Path file) {
        List<TaskSample> samples = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(file)) {
                samples.add(SAMPLE.readValue(line));
            }
        } catch (JsonProcessingException e) {
            throw new UserErrorException(file + " line " + (samples.size() + 1)
                    + " is no sample: give a file that local zeroshot --out wrote");
        } catch (IOException e) {
            throw new UserErrorException(file + " cannot be read (" + e + ")");
        }
        if (samples.isEmpty()) {
            throw new UserErrorException(file + " is empty: give a file that local zeroshot --out wrote");
        }
        return samples;
    }

    private static String sentence(Subject subject) {
        PairedScores scores = subject.scores();
        return subject.file() + ": " + scores.documents() + " documents, "
                + ComparedScores.of(scores.metrics(), scores.differences());
    }
}
