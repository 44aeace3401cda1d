package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.ExportState;
import io.bisup.contract.Json;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;

/** The exports of one artifact in a service. */
final class ArtifactExports {

    private final ServiceClient client;
    private final String path;

    ArtifactExports(ServiceClient client, String jobId) {
        this.client = client;
        this.path = "/v1/artifacts/" + jobId + "/exports";
    }

    /** Those there are, and the formats in which there could be more. */
    JsonNode list() {
        return client.get(path);
    }

    /** Asks for one; the one there is is answered. */
    JsonNode ask(ExportFormat format, String idempotencyKey) {
        return client.post(
                path, Json.write(Map.of("format", format.wireName())), Map.of("Idempotency-Key", idempotencyKey));
    }

    /** Its files, to be fetched. */
    ArtifactDownload download(ExportFormat format) {
        return ArtifactDownload.of(client, path + "/" + format.wireName());
    }

    /** Looks once a second until it has ended. */
    JsonNode await(String id, Consumer<String> told) throws InterruptedException {
        String last = "";
        while (true) {
            JsonNode export = client.get(path + "/" + id);
            String now = said(export);
            if (!now.equals(last)) {
                told.accept(now);
            }
            last = now;
            if (state(export).terminal()) {
                return export;
            }
            Thread.sleep(1000);
        }
    }

    static ExportState state(JsonNode export) {
        return ExportState.valueOf(export.path("state").asText());
    }

    /** Its state in words. */
    static String said(JsonNode export) {
        String state = export.path("state").asText().toLowerCase(Locale.ROOT);
        JsonNode progress = export.path("progress");
        if (progress.path("total").asLong() > 0) {
            return state + ", "
                    + 100
                            * progress.path("written").asLong()
                            / progress.path("total").asLong() + " %";
        }
        JsonNode failure = export.path("failure");
        return failure.isMissingNode()
                ? state
                : state + ": " + failure.path("message").asText();
    }
}
