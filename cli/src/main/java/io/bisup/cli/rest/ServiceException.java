package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import io.bisup.cli.ExitCode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The service refused a request; the message is its problem document in one line. */
public final class ServiceException extends RuntimeException {

    private final int status;
    private final JsonNode problem;

    private ServiceException(int status, String message, JsonNode problem) {
        super(message);
        this.status = status;
        this.problem = problem;
    }

    /**
     * @param status the answer's HTTP status
     * @param problem the answer's problem document (RFC 9457), or null when it carried none
     */
    static ServiceException of(int status, @Nullable JsonNode problem) {
        if (problem == null || !problem.isObject()) {
            return new ServiceException(
                    status, "the service answered " + status + " without saying why", MissingNode.getInstance());
        }
        StringBuilder line = new StringBuilder(problem.path("title").asText("the service answered " + status));
        String detail = problem.path("detail").asText("");
        if (!detail.isEmpty()) {
            line.append(": ").append(detail);
        }
        for (JsonNode error : problem.path("errors")) {
            String message = error.path("message").asText("");
            if (!detail.contains(message)) {
                line.append("; ")
                        .append(error.path("pointer").asText())
                        .append(' ')
                        .append(message);
                line.append(" (").append(error.path("remedy").asText()).append(')');
            }
        }
        return new ServiceException(status, line.toString(), problem);
    }

    /** The same refusal in the words of the options that the spec was given by. */
    ServiceException inTermsOfOptions() {
        List<String> lines = new ArrayList<>();
        for (JsonNode error : problem.path("errors")) {
            lines.add(OptionNames.of(error.path("pointer").asText()) + ": "
                    + error.path("message").asText() + "; "
                    + error.path("remedy").asText());
        }
        return lines.isEmpty()
                ? this
                : new ServiceException(
                        status, problem.path("title").asText() + ": " + String.join("; ", lines), problem);
    }

    public int status() {
        return status;
    }

    /** A request at fault is the user's to correct; a service that is overloaded or starting counts as unreachable. */
    public int exitCode() {
        if (status == 502 || status == 503 || status == 504) {
            return ExitCode.UNREACHABLE;
        }
        return status >= 500 ? ExitCode.FAILED : ExitCode.USAGE;
    }
}
