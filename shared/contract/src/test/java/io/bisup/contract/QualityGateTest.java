package io.bisup.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class QualityGateTest {

    private static final ObjectEntry SAMPLES = new ObjectEntry("samples.jsonl", "responses/x", 1, Digests.sha256("x"));

    @Test
    void eachToleranceJudgesItsKind() {
        assertThat(new QualityGate(1.05).missed(List.of(perplexity(10.4)))).isEmpty();
        assertThat(new QualityGate(1.05).missed(List.of(perplexity(10.6))).orElseThrow())
                .contains("ratio 1.0600");
        assertThat(new QualityGate(null, 0.1, null, null).missed(List.of(divergence(0.09))))
                .isEmpty();
        assertThat(new QualityGate(null, 0.1, null, null)
                        .missed(List.of(divergence(0.11)))
                        .orElseThrow())
                .contains("0.110000", "0.100000");
        assertThat(new QualityGate(null, null, 2.0, null).missed(List.of(task(-0.019, 0.01))))
                .isEmpty();
        assertThat(new QualityGate(null, null, 2.0, null)
                        .missed(List.of(task(-0.021, 0.01)))
                        .orElseThrow())
                .contains("acc_norm of piqa drops by 2.10");
        assertThat(new QualityGate(null, null, null, 2.0).missed(List.of(task(-0.019, 0.01))))
                .isEmpty();
        assertThat(new QualityGate(null, null, null, 2.0).missed(List.of(task(-0.021, 0.01))))
                .isPresent();
        assertThat(new QualityGate(null, null, 2.0, 2.0).missed(List.of(task(0.5, 0.01))))
                .isEmpty();
    }

    @Test
    void whatIsNoNumberMissesEveryTolerance() {
        assertThat(new QualityGate(2).missed(List.of(perplexity(Double.NaN)))).isPresent();
        assertThat(new QualityGate(null, 9.0, null, null).missed(List.of(divergence(Double.NaN))))
                .isPresent();
        assertThat(new QualityGate(null, null, null, 9.0).missed(List.of(task(-0.1, Double.NaN))))
                .isPresent();
        assertThat(new QualityGate(null, null, null, 9.0).missed(List.of(task(-0.1, 0))))
                .isPresent();
        assertThat(new QualityGate(null, null, 0.0, 0.0).missed(List.of(task(0, 0))))
                .isEmpty();
    }

    @Test
    void aToleranceWithoutItsEvaluationIsRefused() {
        assertThatThrownBy(() -> Json.read("""
                        {"model":"m","recipe":"rtn-w4a4-g128","calibrationDataset":"c",
                         "evaluation":[{"dataset":"w","protocol":"gptq","window":64}],
                         "qualityGate":{"maxMeanKl":0.1}}""", QuantizationJobSpec.class))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("maxMeanKl");
        assertThatThrownBy(() -> new QualityGate(null, null, null, null)).isInstanceOf(InvalidSpecException.class);
    }

    @Test
    void evaluationsOfEveryKindAreReadAndWrittenAlike() {
        String json = """
                {"artifact":"0196b1de-0000-7000-8000-000000000000","evaluation":[
                  {"dataset":"w","protocol":"c4-new","window":64},
                  {"dataset":"p","task":"piqa","limit":10,"harness":"0.4","bos":"always"},
                  {"dataset":"w","divergence":"gptq","window":32},
                  {"dataset":"w","propagation":4,"window":32}]}""";
        EvaluationJobSpec spec = Json.read(json, EvaluationJobSpec.class);

        assertThat(spec.evaluation())
                .containsExactly(
                        new PerplexitySpec("w", PerplexitySpec.Protocol.C4_NEW, 64),
                        new TaskSpec("p", "piqa", 10, null, Harness.V0_4, BosRule.ALWAYS),
                        new DivergenceSpec("w", PerplexitySpec.Protocol.GPTQ, 32),
                        new PropagationSpec("w", 4, 32));
        assertThat(Json.read(Json.write(spec), EvaluationJobSpec.class)).isEqualTo(spec);
        assertThatThrownBy(() -> Json.read(json.replace("limit", "limits"), EvaluationJobSpec.class))
                .isInstanceOf(InvalidSpecException.class)
                .hasMessageContaining("/evaluation/1/limits");
        for (String two : List.of("\"divergence\":\"gptq\"", "\"propagation\":4")) {
            assertThatThrownBy(() -> Json.read(
                            "{\"model\":\"m\",\"evaluation\":[{\"dataset\":\"w\"," + two + ",\"window\":32}]}",
                            EvaluationJobSpec.class))
                    .hasMessageContaining("compares a model with itself");
        }
    }

    @Test
    void scoresOfEveryKindAreReadAndWrittenAlike() throws Exception {
        for (Score score : List.of(perplexity(11), divergence(0.5), propagation(), task(-0.1, Double.NaN))) {
            assertThat(Json.mapper().readValue(Json.write(score), Score.class)).isEqualTo(score);
        }
    }

    private static Measurement perplexity(double quantized) {
        return new Measurement(result(quantized), result(10));
    }

    private static PerplexityResult result(double perplexity) {
        return new PerplexityResult(
                "w",
                "0",
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                64,
                640,
                10,
                "none",
                "none",
                "float32",
                "1",
                perplexity,
                0.1,
                null);
    }

    private static DivergenceScore divergence(double kl) {
        Estimate zero = new Estimate(0, 0);
        return new DivergenceScore(new DivergenceResult(
                "w",
                "0",
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                64,
                0,
                10,
                630,
                "none",
                "none",
                "float32",
                "1",
                10,
                10,
                zero,
                new Estimate(kl, 0.01),
                1,
                Map.of("50", zero),
                zero,
                zero,
                zero,
                0.1));
    }

    private static PropagationScore propagation() {
        return new PropagationScore(
                new PropagationScore.Summary("w", "0", 64, 4, "none", "float32", "1", 0.1, 0.2, 0.3),
                new ObjectEntry("error-map.json", "responses/0/error-map.json", 1, Digests.sha256("w")));
    }

    private static TaskScore task(double difference, double stderr) {
        TaskResult result = new TaskResult(
                "p",
                "0",
                "piqa",
                0,
                null,
                Harness.V0_4_9_2,
                BosRule.AUTO,
                "none",
                "none",
                512,
                "float32",
                "1",
                100,
                Map.of("acc", new Estimate(0.5, 0.05), "acc_norm", new Estimate(0.5, 0.05)),
                0.1);
        return new TaskScore(
                result,
                result,
                Map.of("acc", new Estimate(0, 0), "acc_norm", new Estimate(difference, stderr)),
                SAMPLES,
                SAMPLES);
    }
}
