package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ComparedScores;
import io.bisup.cli.ExitCode;
import io.bisup.contract.Estimate;
import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Compares the scores of jobs and evaluations. */
@Command(
        name = "compare",
        description = "Compare the scores of any number of jobs and evaluations with the first one's: tasks document by"
                + " document, with the standard error of the pairs, perplexities window by window. A difference under two of"
                + " its standard errors is called none.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
public final class CompareJobsCommand implements Callable<Integer> {

    @Mixin
    private ServiceOptions service;

    @Option(names = "--baseline", description = "compare all of them with the FP model of the first")
    private boolean baseline;

    @Parameters(arity = "1..*", paramLabel = "ID", description = "ids of quantization jobs or evaluations")
    private List<String> ids;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() {
        JsonNode found = new ComparisonParts(this::compare).of(ids);
        PrintWriter out = spec.commandLine().getOut();
        if (service.json()) {
            out.println(ServiceClient.line(found));
        } else {
            found.path("tasks").forEach(task -> printTask(task, out));
            found.path("perplexities").forEach(text -> printText(text, out));
            found.path("left")
                    .forEach(left -> out.println("not compared: " + name(left) + ", "
                            + left.path("score").asText() + ": "
                            + left.path("reason").asText()));
        }
        out.flush();
        return ExitCode.OK;
    }

    private JsonNode compare(List<String> some) {
        String query = some.stream()
                .map(id -> "subject=" + URLEncoder.encode(id, StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return service.client().get("/v1/comparisons?" + query + "&baseline=" + baseline);
    }

    private static void printTask(JsonNode task, PrintWriter out) {
        out.println(task.path("task").asText() + " on " + task.path("dataset").asText() + ", "
                + task.path("documents").asInt() + " documents");
        for (JsonNode subject : task.path("subjects")) {
            out.println("  " + name(subject) + "  "
                    + ComparedScores.of(estimates(subject.path("metrics")), estimates(subject.path("differences"))));
        }
    }

    private static void printText(JsonNode text, PrintWriter out) {
        out.println("perplexity on " + text.path("dataset").asText() + ", windows of "
                + text.path("window").asInt());
        for (JsonNode subject : text.path("subjects")) {
            out.println(String.format(
                    Locale.ROOT,
                    "  %s  %.4f (x %.4f%s)",
                    name(subject),
                    subject.path("perplexity").asDouble(),
                    subject.path("ratio").asDouble(),
                    ComparedScores.lnRatio(subject.path("difference"))));
        }
    }

    private static String name(JsonNode of) {
        JsonNode subject = of.path("subject");
        return subject.path("id").asText() + (subject.path("baseline").asBoolean() ? " (FP)" : "");
    }

    private static Map<String, Estimate> estimates(JsonNode metrics) {
        Map<String, Estimate> estimates = new LinkedHashMap<>();
        metrics.properties()
                .forEach(metric -> estimates.put(
                        metric.getKey(),
                        new Estimate(
                                metric.getValue().path("value").asDouble(),
                                metric.getValue().path("stderr").asDouble(Double.NaN))));
        return estimates;
    }
}
