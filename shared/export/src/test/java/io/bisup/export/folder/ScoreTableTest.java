package io.bisup.export.folder;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Json;
import io.bisup.contract.Score;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Scores as a card shows them. */
class ScoreTableTest {

    private static final String PERPLEXITY = """
            {"dataset": "wiki|text", "datasetSha256": "s", "protocol": "gptq", "window": 128, "tokens": 1000, "windows": 7,
             "bos": "none", "prefixSha256": "none", "dtype": "float32", "codeVersion": "1", "perplexity": %s, "seconds": 1.5}
            """;
    private static final String TASK = """
            {"dataset": "d", "datasetSha256": "s", "task": "arc_easy", "shots": 5, "harness": "0.4.9.2+", "bosRule": "auto",
             "bos": "none", "prefixSha256": "none", "maxLength": 256, "dtype": "float32", "codeVersion": "1", "documents": 20,
             "metrics": {"acc": {"value": %s, "stderr": 0.1}, "acc_norm": {"value": 0.5, "stderr": "NaN"}}, "seconds": 1.5}
            """;

    @Test
    void everyKindHasItsRow() {
        String measurement = "{\"quantized\": " + PERPLEXITY.formatted("12.5") + ", \"baseline\": "
                + PERPLEXITY.formatted("10.0") + "}";
        String task = "{\"quantized\": " + TASK.formatted("0.25") + ", \"baseline\": " + TASK.formatted("0.3")
                + ", \"difference\": {\"acc\": {\"value\": -0.05, \"stderr\": 0.0004}},"
                + " \"samples\": {\"name\": \"n\", \"key\": \"k\", \"bytes\": 1, \"sha256\": \"" + "0".repeat(64)
                + "\"}}";
        String divergence = """
            {"divergence": {"dataset": "d", "datasetSha256": "s", "protocol": "gptq", "window": 64, "firstPosition": 32,
             "windows": 3, "predictions": 96, "bos": "none", "prefixSha256": "none", "dtype": "float32", "codeVersion": "1",
             "perplexity": 9.0, "baselinePerplexity": 8.0, "lnPerplexityRatio": {"value": 0.1, "stderr": 0.01},
             "kl": {"value": 0.02, "stderr": 0.001}, "klMax": 1.0, "klQuantiles": {}, "deltaP": {"value": 0.0, "stderr": 0.1},
             "rmsDeltaP": {"value": 0.1, "stderr": 0.1}, "sameTop": {"value": 0.93, "stderr": 0.01}, "seconds": 1.0}}
            """;
        String propagation = """
            {"propagation": {"dataset": "d", "datasetSha256": "s", "window": 64, "windows": 3, "prefixSha256": "none",
             "dtype": "float32", "codeVersion": "1", "firstToken": 0.5, "others": 0.000012, "seconds": 1.0},
             "map": {"name": "n", "key": "k", "bytes": 1, "sha256": "%s"}}
            """.formatted("0".repeat(64));
        List<Score> scores = Stream.of(measurement, task, divergence, propagation)
                .map(json -> Json.read(json, Score.class))
                .toList();
        assertThat(ScoreTable.of(scores).lines().skip(2))
                .containsExactly(
                        "| measured | artifact | base model | difference |",
                        "|---|---|---|---|",
                        "| perplexity, wiki\\|text (gptq, 7 windows of 128 tokens) | 12.5000 | 10.0000 | times 1.2500 |",
                        "| arc\\_easy, acc, 5 shots, 20 documents | 0.2500 ± 0.1000 | 0.3000 ± 0.1000 | -0.0500 ± 0.000400 |",
                        "| arc\\_easy, acc\\_norm, 5 shots, 20 documents | 0.5000 | 0.5000 |  |",
                        "| divergence from the base model, nats, d (gptq, 3 windows of 64 tokens) | 0.0200 ± 0.0010 |  |  |",
                        "| same most probable token, d (gptq, 3 windows of 64 tokens) | 0.9300 ± 0.0100 |  |  |",
                        "| relative error behind the last block, d | 1.20e-05 |  |  |");
    }

    @Test
    void nothingMeasuredIsBlank() {
        assertThat(ScoreTable.of(List.of())).isEmpty();
    }
}
