package io.bisup.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.Estimate;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** Metrics of a task beside what another subject has, as a line for people. */
public final class ComparedScores {

    private static final Estimate UNKNOWN = new Estimate(Double.NaN, Double.NaN);

    private static final Estimate NOTHING = new Estimate(0, 0);

    private ComparedScores() {}

    /**
     * "acc 0.5000 ± 0.1890 (+0.0000 ± 0.1890, none), ...".
     *
     * @param differences of each metric, with the standard error of the pairs; one under two of its standard errors is called none
     */
    public static String of(Map<String, Estimate> metrics, Map<String, Estimate> differences) {
        return metrics.entrySet().stream()
                .map(metric ->
                        of(metric.getKey(), metric.getValue(), differences.getOrDefault(metric.getKey(), UNKNOWN)))
                .collect(Collectors.joining(", "));
    }

    private static String of(String metric, Estimate value, Estimate difference) {
        return String.format(
                Locale.ROOT, "%s %.4f ± %.4f (%s)", metric, value.value(), value.stderr(), difference(difference));
    }

    /** "+0.0312 ± 0.0021", with ", none" behind one under two of its standard errors; without an error that is not known. */
    public static String difference(Estimate difference) {
        return Double.isNaN(difference.stderr())
                ? String.format(Locale.ROOT, "%+.4f", difference.value())
                : String.format(
                        Locale.ROOT,
                        "%+.4f ± %.4f%s",
                        difference.value(),
                        difference.stderr(),
                        difference.significant() ? "" : ", none");
    }

    /**
     * The same of a perplexity: ", ln ratio +0.0312 ± 0.0021"; nothing where the service does not tell, and of what is compared
     * with itself.
     */
    public static String lnRatio(JsonNode difference) {
        Estimate found = new Estimate(
                difference.path("value").asDouble(), difference.path("stderr").asDouble(Double.NaN));
        return !difference.isObject() || found.equals(NOTHING) ? "" : ", ln ratio " + difference(found);
    }
}
