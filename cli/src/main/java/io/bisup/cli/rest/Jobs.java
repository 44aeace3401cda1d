package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.cli.ExitCode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.JobState;
import io.bisup.contract.Json;
import io.bisup.contract.QuantizationJobSpec;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The quantization jobs of a service. */
public final class Jobs {

    private static final int WAIT_SECONDS = 20;
    private static final String PATH = "/v1/quantization-jobs";

    private final ServiceClient client;

    public Jobs(ServiceClient client) {
        this.client = client;
    }

    /** Submits under a fresh idempotency key. */
    public JobView submit(QuantizationJobSpec spec) {
        return submit(spec, UUID.randomUUID().toString());
    }

    /** Submits under the caller's key: again with the same key is the same job. */
    public JobView submit(QuantizationJobSpec spec, String idempotencyKey) {
        return new JobView(client.post(PATH, Json.write(spec), Map.of("Idempotency-Key", idempotencyKey)));
    }

    public JobView get(String id) {
        return new JobView(client.get(path(id)));
    }

    /** Every score of the job's last evaluation, in the order asked for; none before it has ended. */
    JsonNode scores(String id) {
        JsonNode evaluations = client.get(path(id) + "/evaluations").path("items");
        return evaluations.path(evaluations.size() - 1).path("scores");
    }

    /** Asks for the job's end; it is over when its state is terminal. */
    public JobView cancel(String id) {
        return ask(id, "cancel");
    }

    /** Asks the job to stop after the block in hand. */
    public JobView pause(String id) {
        return ask(id, "pause");
    }

    /** Lets a paused job go on. */
    public JobView resume(String id) {
        return ask(id, "resume");
    }

    private JobView ask(String id, String verb) {
        return new JobView(client.post(path(id) + ":" + verb, null, Map.of()));
    }

    /** Another job that tries this one again. */
    public JobView retry(String id, String idempotencyKey) {
        return new JobView(client.post(path(id) + ":retry", null, Map.of("Idempotency-Key", idempotencyKey)));
    }

    /** Another job of the same spec but for these changes (a JSON Merge Patch). */
    JobView cloneOf(String id, ObjectNode changes, String idempotencyKey) {
        return new JobView(
                client.post(path(id) + ":clone", Json.write(changes), Map.of("Idempotency-Key", idempotencyKey)));
    }

    /** One page, newest first. */
    public JsonNode list(int pageSize) {
        return client.get(PATH + "?pageSize=" + pageSize);
    }

    /** The job once it differs from {@code seen}, at once when nothing was seen; after some seconds in any case. */
    ServiceClient.Tagged changed(String id, ServiceClient.@Nullable Tagged seen) {
        return client.changed(path(id) + "?wait=" + WAIT_SECONDS, seen);
    }

    private static String path(String id) {
        try {
            return PATH + "/" + UUID.fromString(id);
        } catch (IllegalArgumentException e) {
            throw new UserErrorException("'" + id + "' is no job id: ./bisup list shows them");
        }
    }

    /** What a job's final state means for a script. */
    public static int exitCode(JobState state) {
        return switch (state) {
            case SUCCEEDED -> ExitCode.OK;
            case REJECTED, CANCELLED, FAILED -> ExitCode.FAILED;
            case SUBMITTED, VALIDATING, QUEUED, RUNNING, EVALUATING, PAUSED, CANCELLING -> ExitCode.OK;
        };
    }
}
