package io.bisup.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The form of lm-evaluation-harness's results. */
class LmEvalReportTest {

    @Test
    void tellsMetricsProtocolsAndNumbersOfDocuments() {
        JsonNode report = report(result(
                "lambada_openai",
                40,
                Map.of("acc", new Estimate(0.25, 0.125), "perplexity", new Estimate(12.5, Double.NaN))));

        assertThat(report.at("/results/lambada_openai/acc,none").doubleValue()).isEqualTo(0.25);
        assertThat(report.at("/results/lambada_openai/acc_stderr,none").doubleValue())
                .isEqualTo(0.125);
        assertThat(report.at("/results/lambada_openai/perplexity_stderr,none").textValue())
                .isEqualTo("N/A");
        assertThat(report.at("/results/lambada_openai/alias").textValue()).isEqualTo("lambada_openai");
        assertThat(report.at("/n-samples/lambada_openai/effective").intValue()).isEqualTo(40);
        assertThat(report.at("/n-shot/lambada_openai").intValue()).isZero();
        assertThat(report.at("/higher_is_better/lambada_openai/acc").booleanValue())
                .isTrue();
        assertThat(report.at("/higher_is_better/lambada_openai/perplexity").booleanValue())
                .isFalse();
        assertThat(report.at("/configs/lambada_openai/dtype").textValue()).isEqualTo("float32");
    }

    @Test
    void keepsTwoOfOneTaskApart() {
        Map<String, Estimate> metrics = Map.of("acc", new Estimate(0.5, 0.1));

        JsonNode report = report(result("piqa", 20, metrics), result("piqa", 40, metrics));

        assertThat(report.at("/n-samples/piqa/effective").intValue()).isEqualTo(20);
        assertThat(report.at("/n-samples/piqa#2/effective").intValue()).isEqualTo(40);
    }

    private static JsonNode report(TaskResult... results) {
        return Json.mapper().valueToTree(LmEvalReport.of(List.of(results)));
    }

    private static TaskResult result(String task, int documents, Map<String, Estimate> metrics) {
        return new TaskResult(
                "set",
                Digests.sha256("set"),
                task,
                0,
                null,
                Harness.V0_4_9_2,
                BosRule.AUTO,
                "tokenizer",
                Digests.sha256(""),
                512,
                "float32",
                "0.1.0",
                documents,
                metrics,
                1.5);
    }
}
