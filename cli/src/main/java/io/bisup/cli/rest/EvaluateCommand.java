package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationState;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Evaluates a registered model or an artifact. */
@Command(
        name = "evaluate",
        description = "Evaluate a registered model, or an artifact beside its FP model; prints the evaluation's id.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class EvaluateCommand implements Callable<Integer> {

    /** Progress is told once a second. */
    private static final Duration BETWEEN_POLLS = Duration.ofSeconds(1);

    @Mixin
    private ServiceOptions service;

    @ArgGroup(multiplicity = "1")
    private Subject subject;

    @Option(
            names = "--evaluate",
            required = true,
            paramLabel = "DATASET:PROTOCOL:WINDOW",
            description = EvaluateOption.DESCRIPTION)
    private List<String> evaluate;

    @Option(names = "--watch", description = "wait for the end and print the results; exit code 1 when it fails")
    private boolean watch;

    @Option(names = "--idempotency-key", paramLabel = "KEY", description = "again with the same key is the same job")
    private @Nullable String idempotencyKey;

    @Spec
    private CommandSpec spec;

    /** What is measured. */
    static final class Subject {
        @Option(names = "--model", paramLabel = "NAME", required = true, description = "registered model")
        private @Nullable String model;

        @Option(
                names = "--artifact",
                paramLabel = "JOB",
                required = true,
                description = "id of the quantization job whose artifact it is")
        private @Nullable String artifact;
    }

    @Override
    public Integer call() throws InterruptedException {
        EvaluationJobSpec job = new EvaluationJobSpec(
                subject.model,
                subject.artifact,
                evaluate.stream().map(EvaluateOption::parse).toList(),
                Map.of());
        String key = idempotencyKey != null ? idempotencyKey : UUID.randomUUID().toString();
        EvaluationJobs jobs = new EvaluationJobs(service.client());
        JsonNode submitted = jobs.submit(job, key);
        PrintWriter out = spec.commandLine().getOut();
        String id = submitted.path("id").asText();
        if (!watch) {
            out.println(service.json() ? ServiceClient.line(submitted) : id);
            out.flush();
            return ExitCode.OK;
        }
        JsonNode ended = await(jobs, id, out);
        if (service.json()) {
            out.println(ServiceClient.line(ended));
        } else {
            print(ended, out);
        }
        out.flush();
        return EvaluationJobs.state(ended) == EvaluationState.SUCCEEDED ? ExitCode.OK : ExitCode.FAILED;
    }

    private JsonNode await(EvaluationJobs jobs, String id, PrintWriter out) throws InterruptedException {
        if (!service.json()) {
            out.println(id);
        }
        try (EvaluationDisplay display = new EvaluationDisplay(out, Clock.systemUTC())) {
            while (true) {
                JsonNode job = jobs.get(id);
                if (EvaluationJobs.state(job).terminal()) {
                    return job;
                }
                if (!service.json()) {
                    display.show(job);
                }
                Thread.sleep(BETWEEN_POLLS);
            }
        }
    }

    /** How it ended, and its scores. */
    static void print(JsonNode job, PrintWriter out) {
        out.println(job.path("state").asText());
        if (!job.path("failure").isMissingNode()) {
            out.println(job.path("failure").path("message").asText());
        }
        for (JsonNode score : job.path("scores")) {
            out.println(ScoreLine.of(score));
        }
    }
}
