package io.bisup.systemtests.suite;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import io.bisup.cli.rest.JobView;
import io.bisup.cli.rest.ServiceClient;
import io.bisup.contract.Json;

/** Reads jobs as one client and holds every answer against those before. One thread reads a job. */
final class JobReader {

    private static final String JOBS = "/v1/quantization-jobs/";
    private static final int PAGE = 1_000;

    private final ServiceClient client;
    private final AnswerChecker checker = new AnswerChecker();

    JobReader(ServiceClient client) {
        this.client = client;
    }

    /**
     * The job now.
     *
     * @throws AssertionError if something in the answer goes back
     */
    JobView get(String id) {
        ServiceClient.Tagged read = client.changed(JOBS + id, null);
        AnswerChecker.Answer answer = AnswerChecker.Answer.of(read.body(), read.tag());
        assertThat(checker.faults(id, answer)).as("answers of job %s", id).isEmpty();
        if (checker.tellsOfAnotherAttempt(id, answer)) {
            attempts(id);
        }
        return new JobView(read.body());
    }

    /**
     * The job's attempts now.
     *
     * @throws AssertionError if they are not those before and perhaps more
     */
    JsonNode attempts(String id) {
        JsonNode attempts = client.get(JOBS + id + "/attempts");
        assertThat(checker.faults(id, attempts)).as("attempts of job %s", id).isEmpty();
        return attempts;
    }

    /**
     * Checks all that a job says of its life.
     *
     * @throws AssertionError naming what is wrong with it
     */
    void requireGoodHistory(String id) {
        JsonNode events = events(id);
        assertThat(HistoryChecker.faults(events, attempts(id)))
                .as(() -> "history of job " + id + ": " + events)
                .isEmpty();
    }

    private ArrayNode events(String id) {
        ArrayNode events = Json.mapper().createArrayNode();
        int read = PAGE;
        while (read == PAGE) {
            long after = events.path(events.size() - 1).path("sequence").asLong();
            JsonNode page = client.get(JOBS + id + "/events?limit=" + PAGE + "&after=" + after)
                    .path("events");
            page.forEach(events::add);
            read = page.size();
        }
        return events;
    }
}
