package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command on the demo model: a process for each row, a file, a page and a chart. */
class MethodsCommandTest {

    private static final String PIQA = """
            {"goal": "Boil water", "sol1": "Heat it in a pot.", "sol2": "Put it on ice.", "label": 0}
            {"goal": "Open a door", "sol1": "Sit on it.", "sol2": "Turn the handle.", "label": 1}
            """;

    @TempDir
    Path out;

    @TempDir
    Path data;

    private final StringWriter told = new StringWriter();

    @Test
    void measuresARowInAProcessOfItsOwnAndOnlyOnce() throws Exception {
        assertThat(run("rtn-w8a8")).as(told.toString()).isZero();
        var row = Json.mapper().readTree(out.resolve("results.json").toFile()).at("/rows/0");
        assertThat(row.at("/storedBits").doubleValue()).isBetween(8.0, 8.3);
        assertThat(row.at("/scores/0/perplexity").doubleValue())
                .isBetween(
                        0.98 * row.at("/scores/0/exact").doubleValue(),
                        1.02 * row.at("/scores/0/exact").doubleValue());
        assertThat(row.at("/scores/0/kl").doubleValue()).isBetween(0.0, 0.01);
        assertThat(row.at("/peakBytes").longValue()).isGreaterThan(50_000_000);
        assertThat(Files.readString(out.resolve("results.md")))
                .contains("`rtn-w8a8`", "](results-1.svg)", "| recipe | piqa (2) |");
        assertThat(row.at("/tasks/0/right").textValue()).matches("[01]{2}");
        assertThat(row.at("/tasks/0/exact").textValue()).matches("[01]{2}");
        assertThat(out.resolve("results-1.svg")).isNotEmptyFile();
        assertThat(run("rtn-w8a8")).isZero();
        assertThat(told.toString()).contains("[1/1] model, rtn-w8a8 on demo, seed 0: kept");
    }

    @Test
    void anUnknownTextIsNamed() {
        assertThat(execute("methods", "--evaluation", "wikitext3", "--calibration", "demo", "--out", out.toString()))
                .isNotZero();
        assertThat(told.toString()).contains("'wikitext3' is no text that is known", "NAME=FILE");
    }

    private int run(String preset) throws IOException {
        Path fields = Files.createDirectories(data.resolve("data/zeroshot/original-fields"));
        Files.writeString(fields.resolve("piqa.validation.jsonl"), PIQA);
        return execute(
                "methods",
                "--data",
                data.toString(),
                "--tasks",
                "piqa",
                "--models",
                "../demo-model/model",
                "--presets",
                preset,
                "--calibration",
                "demo",
                "--evaluation",
                "demo",
                "--samples",
                "2",
                "--length",
                "64",
                "--window",
                "64",
                "--limit-bytes",
                "6000",
                "--device",
                "cpu",
                "--out",
                out.toString());
    }

    private int execute(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(told, true))
                .setErr(new PrintWriter(told, true))
                .execute(args);
    }
}
