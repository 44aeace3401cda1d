package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import java.util.stream.DoubleStream;
import org.junit.jupiter.api.Test;

/** What is counted against what. */
class AblationTableTest {

    private final StringWriter said = new StringWriter();

    @Test
    void ofOneSeedAStepIsHeldToTheFirst() {
        AblationTable table = new AblationTable(new PrintWriter(said, true), false);
        table.exact(10, 2);
        table.step("rtn", rows(false, 1.0));
        table.step("+clipping", rows(false, 0.5));
        table.step("+prefix", rows(true, 0.25));
        assertThat(said.toString().lines())
                .containsExactly(
                        "| step | perplexity | recovered | MB | seconds |",
                        "|---|---:|---:|---:|---:|",
                        "| FP | 10.000 | | 2.00 | |",
                        "| rtn | 27.183 | 0.0 % | 1.50 | 7 |",
                        "| +clipping | 16.487 | 50.0 % | 1.50 | 7 |",
                        "| FP behind the prefix | 10.000 | | | |",
                        "| +prefix | 12.840 | 75.0 % | 1.50 | 7 |");
    }

    @Test
    void ofSeveralEachSeedIsHeldToItself() {
        AblationTable table = new AblationTable(new PrintWriter(said, true), true);
        table.exact(10, 2);
        table.step("atom", rows(false, 1.0, 2.0));
        table.step("+keys", rows(false, 0.5, 1.0));
        table.step("+guard", rows(true, 0.6, 0.8));
        // Half is taken back of each seed's loss, though the losses lie far apart.
        assertThat(said.toString().lines())
                .startsWith(
                        "| step | perplexity | recovered | gain, nats | MB | seconds |",
                        "|---|---:|---:|---:|---:|---:|",
                        "| FP | 10.000 | | | 2.00 | |",
                        "| atom | 50.537 ± 23.354 | 0.0 ± 0.0 % | 0.000 ± 0.000 | 1.50 | 7 |",
                        "| +keys | 21.835 ± 5.348 | 50.0 ± 0.0 % | 0.750 ± 0.250 | 1.50 | 7 |",
                        "| FP behind the prefix | 10.000 ± 0.000 | | | | |")
                .last()
                .asString()
                .contains("| 50.0 ± 10.0 % | 0.050 ± 0.150 |");
    }

    @Test
    void noSeedIsRefused() {
        int code = Main.commandLine().setErr(new PrintWriter(said, true)).execute("ablation", "--seeds", "0");
        assertThat(code).isNotZero();
        assertThat(said.toString()).contains("--seeds is 0", "at least 1");
    }

    private static List<Trial.Row> rows(boolean prefix, double... losses) {
        return DoubleStream.of(losses)
                .mapToObj(loss -> new Trial.Row(10 * Math.exp(loss), 10, prefix, 1.5, 7))
                .toList();
    }
}
