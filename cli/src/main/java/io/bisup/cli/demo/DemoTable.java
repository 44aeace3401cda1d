package io.bisup.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.rest.JobView;
import io.bisup.contract.JobState;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What the demo found.
 *
 * @param fpBytes size of the FP model on disk
 * @param plain the job with plain symmetric rounding
 * @param searched the job with the best rounding that needs no training, from which recovery is counted
 * @param sized the job with the same rounding and weights of so many bits that it stores about as much as {@code learned}
 * @param learned the job with BiSup
 */
record DemoTable(long fpBytes, JobView plain, JobView searched, JobView sized, JobView learned) {

    /** One perplexity of a job beside the FP model's under the same protocol and behind the same prefix. */
    private record Pair(String dataset, double quantized, double fp) {

        /** How much worse than FP, in nats per token. */
        double gap() {
            return Math.log(quantized / fp);
        }
    }

    boolean failed() {
        return jobs().stream().anyMatch(job -> job.state() != JobState.SUCCEEDED);
    }

    private List<JobView> jobs() {
        return List.of(plain, searched, sized, learned);
    }

    void print(PrintWriter out) {
        if (failed()) {
            for (JobView job : jobs()) {
                out.println(job.recipe() + "  " + job.state() + "  " + job.failure());
            }
            out.flush();
            return;
        }
        List<Pair> rounding = pairs(searched);
        StringBuilder header = new StringBuilder(String.format("%n%-22s  %-11s  %8s", "", "bits", "MB"));
        rounding.forEach(p -> header.append(String.format("  %18s", p.dataset())));
        out.println(header.append(String.format("  %9s  %8s  %7s", "recovered", "of plain", "seconds")));
        out.println(row("FP", "16", fpBytes, fp(rounding), "", "", ""));
        out.println(row("FP behind prefix", "16", fpBytes, fp(pairs(learned)), "", "", ""));
        jobs().forEach(job -> out.println(row(job)));
        out.println();
        explain(out);
        out.flush();
    }

    private void explain(PrintWriter out) {
        out.println("Perplexity per token. Recovered: share of the loss in log-perplexity of " + searched.recipe()
                + ", the best rounding without training, that a row takes back; of plain: of " + plain.recipe()
                + "'s.");
        out.println("Each row is held against its own FP model (BiSup's stands behind the same prefix). "
                + sized.recipe() + " is the rounding that stores about as much as BiSup.");
    }

    /** Mean over the data sets of 1 - gap / gap of the rounding. */
    static double recovered(double[] roundingGaps, double[] gaps) {
        double sum = 0;
        for (int i = 0; i < roundingGaps.length; i++) {
            sum += 1 - gaps[i] / roundingGaps[i];
        }
        return sum / roundingGaps.length;
    }

    private static String recovered(JobView rounding, JobView job) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * recovered(gaps(rounding), gaps(job)));
    }

    private static double[] gaps(JobView job) {
        return pairs(job).stream().mapToDouble(Pair::gap).toArray();
    }

    private static List<Double> fp(List<Pair> pairs) {
        return pairs.stream().map(Pair::fp).toList();
    }

    private String row(JobView job) {
        List<Double> quantized = pairs(job).stream().map(Pair::quantized).toList();
        return row(
                job.recipe(),
                job.code(),
                job.artifactBytes(),
                quantized,
                job.equals(plain) ? "" : recovered(searched, job),
                recovered(plain, job),
                seconds(job));
    }

    private static String row(
            String name, String bits, long bytes, List<Double> perplexities, String best, String plain, String time) {
        StringBuilder line =
                new StringBuilder(String.format(Locale.ROOT, "%-22s  %-11s  %8.2f", name, bits, bytes / 1e6));
        perplexities.forEach(p -> line.append(String.format(Locale.ROOT, "  %18.3f", p)));
        return line.append(String.format("  %9s  %8s  %7s", best, plain, time)).toString();
    }

    private static String seconds(JobView job) {
        Instant start = Instant.parse(job.json().path("startedAt").asText());
        Instant end = Instant.parse(job.json().path("finishedAt").asText());
        return String.format(Locale.ROOT, "%.1f", Duration.between(start, end).toMillis() / 1e3);
    }

    private static List<Pair> pairs(JobView job) {
        List<Pair> pairs = new ArrayList<>();
        for (JsonNode measurement : job.json().path("measurements")) {
            pairs.add(new Pair(
                    measurement.at("/quantized/dataset").asText(),
                    measurement.at("/quantized/perplexity").asDouble(),
                    measurement.at("/baseline/perplexity").asDouble()));
        }
        return pairs;
    }
}
