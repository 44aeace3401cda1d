package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ExitCode;
import java.io.PrintWriter;
import picocli.CommandLine.Command;

/** Asks for a job's end. */
@Command(
        name = "cancel",
        description = "Cancel a job, of quantization or of evaluation alone.",
        mixinStandardHelpOptions = true)
public final class CancelCommand extends JobCommand {

    @Override
    int run(Jobs jobs, String id, PrintWriter out, boolean json) {
        try {
            print(jobs.cancel(id), out, json);
        } catch (ServiceException e) {
            JsonNode job = evaluations().orElse(e, known -> known.cancel(id));
            out.println(json ? ServiceClient.line(job) : id + "  " + EvaluationJobs.state(job));
        }
        return ExitCode.OK;
    }
}
