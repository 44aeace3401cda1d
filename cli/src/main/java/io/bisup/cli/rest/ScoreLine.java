package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.ComparedScores;
import io.bisup.contract.Estimate;
import io.bisup.contract.Json;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** One score of an evaluation job, as a line for people. */
final class ScoreLine {
    private static final String LOSSES = "windowLosses";

    private ScoreLine() {}

    /** The line of a score as the API gives it: a divergence, an error's propagation, a perplexity or a task. */
    static String of(JsonNode score) {
        if (score.has("divergence")) {
            return divergence(score.path("divergence"));
        }
        if (score.has("propagation")) {
            return propagation(score.path("propagation"));
        }
        return score.path("quantized").has("task") ? task(score) : perplexity(score);
    }

    /** Whether it is a perplexity, which a job's own lines tell with its protocol. */
    static boolean isPerplexity(JsonNode score) {
        return score.path("quantized").has("perplexity");
    }

    private static String divergence(JsonNode result) {
        return String.format(
                Locale.ROOT,
                "%s: mean KL %.6f ± %.6f, same top %.4f",
                result.path("dataset").asText(),
                result.path("kl").path("value").asDouble(),
                result.path("kl").path("stderr").asDouble(),
                result.path("sameTop").path("value").asDouble());
    }

    private static String propagation(JsonNode result) {
        return String.format(
                Locale.ROOT,
                "%s: error behind the last block %.4g, of first tokens %.4g; see /error-map",
                result.path("dataset").asText(),
                result.path("others").asDouble(),
                result.path("firstToken").asDouble());
    }

    private static String perplexity(JsonNode score) {
        JsonNode quantized = score.path("quantized");
        return String.format(
                Locale.ROOT,
                "%s: perplexity %.4f, FP model %.4f%s",
                quantized.path("dataset").asText(),
                quantized.path("perplexity").asDouble(),
                score.path("baseline").path("perplexity").asDouble(),
                lnRatio(quantized.path(LOSSES), score.path("baseline").path(LOSSES)));
    }

    /** Nothing where the service did not keep the windows' losses, and of the FP model itself. */
    private static String lnRatio(JsonNode losses, JsonNode baseline) {
        return losses.isMissingNode() || losses.size() != baseline.size() || losses.equals(baseline)
                ? ""
                : ", ln ratio " + ComparedScores.difference(Estimate.meanDifference(values(losses), values(baseline)));
    }

    private static List<Double> values(JsonNode losses) {
        return losses.valueStream().map(JsonNode::asDouble).toList();
    }

    private static String task(JsonNode score) {
        JsonNode quantized = score.path("quantized");
        return quantized.path("metrics").properties().stream()
                .map(metric -> String.format(
                        Locale.ROOT,
                        " %s %.4f ± %.4f%s",
                        metric.getKey(),
                        metric.getValue().path("value").asDouble(),
                        metric.getValue().path("stderr").asDouble(),
                        difference(score.path("difference").path(metric.getKey()))))
                .collect(Collectors.joining("", quantized.path("task").asText() + ":", ""));
    }

    /** One under two of its standard errors is called none. */
    private static String difference(JsonNode difference) {
        if (difference.isMissingNode()) {
            return "";
        }
        return " (" + ComparedScores.difference(Json.convert(difference, Estimate.class)) + ", to the FP model)";
    }
}
