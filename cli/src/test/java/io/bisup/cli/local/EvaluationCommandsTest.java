package io.bisup.cli.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.CommandRun;
import io.bisup.contract.Json;
import io.bisup.contract.PropagationResult;
import io.bisup.demo.DemoCorpus;
import io.bisup.demo.corpus.Register;
import io.bisup.demo.corpus.Split;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Offline evaluation on the demo model, from the command line to the files it writes. */
class EvaluationCommandsTest {

    private static final Path MODEL = Path.of("../demo-model/model");

    @TempDir
    Path folder;

    @Test
    void zeroShotWritesOneLineADocument() throws IOException {
        Path data = rows("""
                {"goal":"bake bread","sol1":"use flour","sol2":"use river stones","label":0}
                {"ctx":"The miller sold","choices":["bread","the sky","it"],"gold":0}
                {"goal":"x","sol1":"y","sol2":"z","label":1}
                """);
        Path out = folder.resolve("samples.jsonl");

        CommandRun run = CommandRun.of(
                "local",
                "zeroshot",
                "--model",
                MODEL,
                "--task",
                "piqa",
                "--data",
                data,
                "--out",
                out,
                "--limit",
                "2",
                "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = Json.mapper().readTree(run.out().lines().toList().getLast());
        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSize(2);
        JsonNode second = Json.mapper().readTree(lines.get(1));
        assertThat(second.path("doc_id").asInt()).isEqualTo(1);
        assertThat(second.path("ll"))
                .hasSize(3)
                .allSatisfy(ll -> assertThat(ll.asDouble()).isNegative());
        assertThat(second.path("greedy"))
                .hasSize(3)
                .allSatisfy(greedy -> assertThat(greedy.isBoolean()).isTrue());
        assertThat(second.path("gold").asInt()).isZero();
        double expected = (Json.mapper().readTree(lines.get(0)).path("acc_norm").asDouble()
                        + second.path("acc_norm").asDouble())
                / 2;
        assertThat(result.path("metrics").path("acc_norm").path("value").asDouble())
                .isEqualTo(expected);
        assertThat(result.path("documents").asInt()).isEqualTo(2);
        assertThat(result.path("harness").asText()).isEqualTo("0.4.9.2+");
    }

    @Test
    void samplesOfSeveralModelsAreComparedInPairs() throws IOException {
        Path exact = samples("exact.jsonl", "11110000");
        Path same = samples("same.jsonl", "11101000");
        Path worse = samples("worse.jsonl", "00000000");

        CommandRun run = CommandRun.of("local", "compare", "--task", "winogrande", exact, same, worse);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out().lines())
                .containsExactly(
                        exact + ": 8 documents, acc 0.5000 ± 0.1890 (+0.0000 ± 0.0000, none)",
                        same + ": 8 documents, acc 0.5000 ± 0.1890 (+0.0000 ± 0.1890, none)",
                        worse + ": 8 documents, acc 0.0000 ± 0.0000 (-0.5000 ± 0.1890)");
    }

    @Test
    void samplesOfOtherDocumentsAreNotCompared() throws IOException {
        Path one = samples("one.jsonl", "11");
        Path three = samples("three.jsonl", "110");

        assertMistake(CommandRun.of("local", "compare", "--task", "winogrande", one, three), "3 documents against 2");
        assertMistake(CommandRun.of("local", "compare", "--task", "piqa", one, one), "has no acc_norm");
        assertMistake(
                CommandRun.of("local", "compare", "--task", "winogrande", one, rows("{\"x\":1}\n")),
                "line 1 is no sample");
    }

    private static void assertMistake(CommandRun run, String named) {
        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err()).contains(named);
    }

    private Path samples(String name, String right) throws IOException {
        StringBuilder lines = new StringBuilder();
        for (int i = 0; i < right.length(); i++) {
            lines.append("""
                    {"doc_id":%d,"ll":[-1.5,-2.5],"greedy":[true,false],"gold":0,"acc":%s,"acc_norm":null,"req":["%d","b"]}
                    """.formatted(i, right.charAt(i) + ".0", i));
        }
        return Files.writeString(folder.resolve(name), lines);
    }

    @Test
    void productsAreInBfloat16WhereThatIsAskedFor() throws IOException {
        Path data =
                rows("{\"goal\":\"bake bread\",\"sol1\":\"use flour\",\"sol2\":\"use river stones\",\"label\":0}\n");
        List<Double> exact = likelihoods(data, "float32");
        List<Double> coarse = likelihoods(data, "bfloat16");

        for (int i = 0; i < exact.size(); i++) {
            assertThat(coarse.get(i)).isNotEqualTo(exact.get(i)).isCloseTo(exact.get(i), withinPercentage(5));
        }
    }

    private List<Double> likelihoods(Path data, String compute) throws IOException {
        Path out = folder.resolve(compute + ".jsonl");
        CommandRun run = CommandRun.of(
                "local",
                "zeroshot",
                "--model",
                MODEL,
                "--task",
                "piqa",
                "--data",
                data,
                "--out",
                out,
                "--compute",
                compute,
                "--device",
                "cpu",
                "--json");
        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("\"dtype\":\"" + compute + "\"");
        return Json.mapper()
                .readTree(out.toFile())
                .path("ll")
                .valueStream()
                .map(JsonNode::asDouble)
                .toList();
    }

    @Test
    void aModelDoesNotDivergeFromItself() throws IOException {
        Path text = Files.writeString(folder.resolve("t.txt"), "The miller of the valley sold bread. ".repeat(30));

        CommandRun run = CommandRun.of(
                "local", "divergence", "--base", MODEL, "--model", MODEL, "--text", text, "--window", "64", "--json");

        assertThat(run.code()).as(run.err()).isZero();
        JsonNode result = Json.mapper().readTree(run.out().lines().toList().getLast());
        assertThat(result.path("kl").path("value").asDouble()).isBetween(-1e-9, 1e-9);
        assertThat(result.path("sameTop").path("value").asDouble()).isEqualTo(1);
        assertThat(result.path("predictions").asInt())
                .isEqualTo(63 * result.path("windows").asInt());
        assertThat(result.path("format").asText()).isEqualTo("TEXT");
    }

    /** Both models would be given the FP model's ids, and nothing would differ. */
    @ParameterizedTest
    @ValueSource(strings = {"divergence", "propagation"})
    void aModelWithAnotherTokenizerIsNotCompared(String command) throws IOException {
        Path text = Files.writeString(folder.resolve("t.txt"), "The miller of the valley sold bread. ".repeat(30));
        Path other = Files.createDirectory(folder.resolve("other"));
        for (String name : List.of("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")) {
            Files.copy(MODEL.resolve(name), other.resolve(name));
        }
        String tokenizer = Files.readString(other.resolve("tokenizer.json"));
        Files.writeString(
                other.resolve("tokenizer.json"),
                tokenizer.replaceFirst(
                        "(?s)\"post_processor\" : .*?\"decoder\" :", "\"post_processor\" : null, \"decoder\" :"));

        CommandRun run =
                CommandRun.of("local", command, "--base", MODEL, "--model", other, "--text", text, "--window", "64");

        assertMistake(run, "tokenizer.json: token 0 of ");
    }

    /** QuaRot rotates the residual stream and the heads: errors are those of rounding all the same. */
    @ParameterizedTest
    @CsvSource({"quarot-w4a4-g128, 0.3", "atom-w4a4-g128, 0.3", "smoothquant-w8a8, 0.01"})
    void anErrorIsToldFromBlockToBlockAndFromTokenToToken(String recipe, double most) throws IOException {
        String stories = String.join("\n", DemoCorpus.documents(Split.TEST, Register.STORIES));
        Path text = Files.writeString(folder.resolve("t.txt"), stories.substring(0, 20_000));
        Path artifact = folder.resolve("artifact");
        CommandRun made = CommandRun.of(
                "local",
                "quantize",
                "--model",
                MODEL,
                "--recipe",
                recipe,
                "--calibration",
                text,
                "--samples",
                "4",
                "--sequence-length",
                "64",
                "--out",
                artifact);
        assertThat(made.code()).as(made.err()).isZero();
        Path out = folder.resolve("map.json");

        CommandRun run = CommandRun.of(
                "local",
                "propagation",
                "--base",
                MODEL,
                "--model",
                artifact,
                "--text",
                text,
                "--window",
                "64",
                "--windows",
                "3",
                "--out",
                out);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.out()).contains("first token", "received attention");
        PropagationResult result = Json.read(Files.readString(out), PropagationResult.class);
        assertThat(result.blocks()).hasSize(6).allSatisfy(block -> {
            assertThat(block.others()).isBetween(1e-7, most);
            assertThat(block.linears())
                    .hasSize(7)
                    .allSatisfy((name, error) -> assertThat(error)
                            .as("%s of block %d", name, block.block())
                            .isBetween(1e-8, 2 * most));
        });
        assertThat(result.horizontal().mean().later().getFirst())
                .as("four-bit recipes round keys and values, that of eight bits does not")
                .isBetween(recipe.contains("w4") ? 1e-10 : 0, recipe.contains("w4") ? 0.1 : 0);
        assertThat(result.scales()).isEqualTo(PropagationResult.Scales.FIXED);
    }

    @ParameterizedTest
    @CsvSource({
        "chess, {}, 'no task'",
        "piqa, {}, 'line 1: field \"goal\" is missing'",
        "piqa, not json, line 1 is no JSON object",
        "winogrande, '', it is empty"
    })
    void aMistakeIsOneLineAndExitCodeTwo(String task, String row, String named) throws IOException {
        CommandRun run =
                CommandRun.of("local", "zeroshot", "--model", MODEL, "--task", task, "--data", rows(row + "\n"));

        assertThat(run.code()).isEqualTo(2);
        assertThat(run.err().strip().lines()).singleElement().asString().contains(named);
    }

    private Path rows(String rows) throws IOException {
        return Files.writeString(folder.resolve("rows.jsonl"), rows);
    }
}
