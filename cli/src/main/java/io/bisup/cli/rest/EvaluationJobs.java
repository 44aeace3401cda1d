package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.EvaluationJobSpec;
import io.bisup.contract.EvaluationState;
import io.bisup.contract.Json;
import java.util.Map;
import java.util.function.Function;

/** The evaluation jobs of a service. */
final class EvaluationJobs {

    private static final String PATH = "/v1/evaluation-jobs";
    private static final int NOT_FOUND = 404;

    private final ServiceClient client;

    EvaluationJobs(ServiceClient client) {
        this.client = client;
    }

    /** Submits under the caller's key: again with the same key is the same job. */
    JsonNode submit(EvaluationJobSpec spec, String idempotencyKey) {
        return client.post(PATH, Json.write(spec), Map.of("Idempotency-Key", idempotencyKey));
    }

    JsonNode get(String id) {
        return client.get(PATH + "/" + id);
    }

    /** Asks for the job's end. */
    JsonNode cancel(String id) {
        return client.post(PATH + "/" + id + ":cancel", null, Map.of());
    }

    /**
     * The same request of an evaluation job, where there is no other job of that id.
     *
     * @param refused what the service said of a quantization job of that id; thrown again if there is no evaluation job either
     */
    JsonNode orElse(ServiceException refused, Function<EvaluationJobs, JsonNode> request) {
        if (refused.status() != NOT_FOUND) {
            throw refused;
        }
        try {
            return request.apply(this);
        } catch (ServiceException e) {
            throw e.status() == NOT_FOUND ? refused : e;
        }
    }

    static EvaluationState state(JsonNode job) {
        return EvaluationState.valueOf(job.path("state").asText());
    }
}
