package io.bisup.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The command on the demo model: this project's side, and what it makes of a peer that cannot start. */
class EvalCommandTest {

    private static final String ARC = """
            {"question": "What is wet?", "choices": {"text": ["Sand", "Water", "Fire", "Air"], "label": ["A", "B", "C", "D"]}, "answerKey": "B"}
            {"question": "What is hot?", "choices": {"text": ["Ice", "Snow", "The sun", "A stone"], "label": ["A", "B", "C", "D"]}, "answerKey": "C"}
            {"question": "What can fly?", "choices": {"text": ["A bird", "A fish"], "label": ["1", "2"]}, "answerKey": "1"}
            {"question": "Not read", "choices": {"text": ["Yes", "No"], "label": ["A", "B"]}, "answerKey": "A"}
            """;
    private static final String PIQA = """
            {"goal": "Boil water", "sol1": "Heat it in a pot.", "sol2": "Put it on ice.", "label": 0}
            """;

    @TempDir
    Path out;

    @TempDir
    Path data;

    private final StringWriter told = new StringWriter();

    @BeforeEach
    void data() throws IOException {
        Path fields = Files.createDirectories(data.resolve("data/zeroshot/original-fields"));
        Files.writeString(fields.resolve("arc_easy.validation.jsonl"), ARC);
        Files.writeString(fields.resolve("piqa.validation.jsonl"), PIQA);
    }

    @Test
    void aloneItMeasuresThisProjectOnce() throws Exception {
        assertThat(run("--alone")).as(told.toString()).isZero();
        JsonNode row =
                Json.mapper().readTree(out.resolve("evaluation.json").toFile()).at("/rows/0");
        assertThat(row.at("/key/task").textValue()).isEqualTo("arc_easy");
        assertThat(row.at("/key/documents").intValue()).isEqualTo(3);
        assertThat(row.at("/requests").intValue()).isEqualTo(10);
        assertThat(row.at("/score/value").doubleValue()).isBetween(0.0, 1.0);
        assertThat(row.at("/ours/seconds").doubleValue()).isPositive();
        assertThat(row.at("/ours/peakBytes").longValue()).isGreaterThan(50_000_000);
        assertThat(row.has("peer")).isFalse();
        assertThat(Files.readString(out.resolve("evaluation.md"))).contains("| arc_easy | acc_norm | 3 |", "| piqa |");
        assertThat(run("--alone")).isZero();
        assertThat(told.toString()).contains("arc_easy: kept", "piqa: kept");
    }

    @Test
    void aHarnessThatEndsIsNoResult() throws Exception {
        Path script = Files.createDirectories(out.resolve("home/bench/peers")).resolve("lm-eval");
        Files.writeString(script, "#!/bin/sh\nexit 3\n");
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
        String home = System.getProperty("bisup.home");
        System.setProperty("bisup.home", out.resolve("home").toString());
        try {
            assertThat(run()).isNotZero();
        } finally {
            if (home == null) {
                System.clearProperty("bisup.home");
            } else {
                System.setProperty("bisup.home", home);
            }
        }
        assertThat(told.toString()).contains("the harness ended; its message stands above");
        assertThat(out.resolve("evaluation.json")).doesNotExist();
    }

    @Test
    void anUnknownTaskIsNamed() {
        assertThat(run("--alone", "--tasks", "arc_hard")).isNotZero();
        assertThat(told.toString()).contains("'arc_hard' is no task", "arc_easy");
    }

    private int run(String... more) {
        List<String> args = new ArrayList<>(List.of("eval", "--model", "../demo-model/model", "--limit", "3"));
        args.addAll(List.of("--data", data.toString(), "--out", out.toString()));
        args.addAll(List.of(more));
        return execute(args.toArray(String[]::new));
    }

    private int execute(String... args) {
        return Main.commandLine()
                .setOut(new PrintWriter(told, true))
                .setErr(new PrintWriter(told, true))
                .execute(args);
    }
}
