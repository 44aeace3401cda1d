package io.bisup.bench;

import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** The measurements of one block as a table in Markdown, with ratios to the eager anchor and to the floor. */
record StepTable(BlockSize size, int threads, Map<String, Tape> tapes) {

    String markdown() {
        double eager = minimum(name -> name.contains("anchor"));
        double floor = minimum(name -> name.contains("floor"));
        StringBuilder text = new StringBuilder();
        text.append(String.format(
                Locale.ROOT,
                "hidden %d, intermediate %d, %d tokens, W%dA%d g128, rank %d, %d thread(s); float32 where a row does not say bfloat16%n%n",
                size.hidden(),
                size.intermediate(),
                size.tokens(),
                size.bits(),
                size.bits(),
                size.rank(),
                threads));
        text.append("| step | wall min ms | wall median ms | CPU min ms | CPU to anchor | CPU to floor | runs |\n");
        text.append("|---|---:|---:|---:|---:|---:|---:|\n");
        tapes.forEach((name, tape) -> text.append(String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %.0f | %.2f | %.2f | %d |%n",
                name,
                tape.wallMinimum(),
                tape.wallMedian(),
                tape.processorMinimum(),
                tape.processorMinimum() / eager,
                tape.processorMinimum() / floor,
                tape.runs())));
        return text.toString();
    }

    private double minimum(Predicate<String> name) {
        return tapes.entrySet().stream()
                .filter(entry -> name.test(entry.getKey()))
                .mapToDouble(entry -> entry.getValue().processorMinimum())
                .min()
                .orElse(Double.NaN);
    }
}
