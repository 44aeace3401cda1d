package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Shows one job. */
@Command(
        name = "get",
        description = "Show one job, of quantization or of evaluation alone, and its results.",
        mixinStandardHelpOptions = true)
public final class GetCommand extends JobCommand {

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        JobView job;
        try {
            job = jobs.get(id);
        } catch (ServiceException e) {
            print(evaluations().orElse(e, known -> known.get(id)), out, json);
            return ExitCode.OK;
        }
        if (json) {
            out.println(ServiceClient.line(job.json()));
        } else {
            print(jobs, job, out);
        }
        return ExitCode.OK;
    }

    private static void print(JsonNode evaluation, PrintWriter out, boolean json) {
        if (json) {
            out.println(ServiceClient.line(evaluation));
            return;
        }
        if (evaluation.path("progress").isObject()) {
            out.println("  " + EvaluationDisplay.line(evaluation.path("progress")));
        }
        EvaluateCommand.print(evaluation, out);
    }

    static void print(Jobs jobs, JobView job, PrintWriter out) {
        out.println(job.id() + "  " + job.state() + "  " + job.model() + "  " + job.recipe());
        if (!job.phase().isEmpty() && !job.state().terminal()) {
            out.println("  " + job.phase() + ", " + job.blocksDone() + " of " + job.blocks() + " blocks done");
        }
        if (!job.failure().isEmpty()) {
            out.println("  " + job.failure());
        }
        job.results().forEach(line -> out.println("  " + line));
        if (job.artifactBytes() > 0) {
            for (JsonNode score : jobs.scores(job.id())) {
                if (!ScoreLine.isPerplexity(score)) {
                    out.println("  " + ScoreLine.of(score));
                }
            }
            out.println("  artifact: ./bisup artifact get " + job.id());
        }
        out.flush();
    }
}
