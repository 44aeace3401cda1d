package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ComparedScores;
import io.bisup.contract.JobState;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A job as the service tells it: the few things that a terminal shows. */
public record JobView(JsonNode json) {

    public String id() {
        return json.path("id").asText();
    }

    public JobState state() {
        return JobState.valueOf(json.path("state").asText());
    }

    public String model() {
        return json.path("model").asText();
    }

    public String recipe() {
        return json.path("recipe").asText();
    }

    /** Bits and group size, such as W3A3KV3-g128. */
    public String code() {
        return json.path("code").asText();
    }

    /** Size of the artifact on disk; 0 until it is published. */
    public long artifactBytes() {
        return json.path("artifactBytes").asLong();
    }

    /** Lower-case phase of a running job, or "". */
    public String phase() {
        return json.path("progress").path("phase").asText("").toLowerCase(Locale.ROOT);
    }

    /** "waiting for STORE since TIME" while the attempt waits for a store, or "". */
    public String waitingFor() {
        JsonNode waiting = json.path("progress").path("waitingFor");
        return waiting.isObject()
                ? "waiting for " + waiting.path("store").asText() + " since "
                        + waiting.path("since").asText()
                : "";
    }

    public int blocksDone() {
        return json.path("progress").path("blocksDone").asInt();
    }

    public int blocks() {
        return json.path("blocks").asInt();
    }

    /** Likely seconds left, or NaN while unknown. */
    public double etaSeconds() {
        return json.path("progress").path("etaSeconds").asDouble(Double.NaN);
    }

    /** Cause and remedy in one line, or "" when nothing failed. */
    public String failure() {
        JsonNode failure = json.path("failure");
        return failure.isObject()
                ? failure.path("code").asText() + ": " + failure.path("message").asText() + "; "
                        + failure.path("remedy").asText()
                : "";
    }

    /** One line per perplexity measured. */
    public List<String> results() {
        List<String> lines = new ArrayList<>();
        for (JsonNode measurement : json.path("measurements")) {
            JsonNode quantized = measurement.path("quantized");
            double ppl = quantized.path("perplexity").asDouble();
            double fp = measurement.path("baseline").path("perplexity").asDouble();
            lines.add(String.format(
                    Locale.ROOT,
                    "%s (%s, window %d): perplexity %.4f, FP %.4f, ratio %.4f%s",
                    quantized.path("dataset").asText(),
                    quantized.path("protocol").asText(),
                    quantized.path("window").asInt(),
                    ppl,
                    fp,
                    ppl / fp,
                    ComparedScores.lnRatio(measurement.path("lnPerplexityRatio"))));
        }
        return lines;
    }
}
