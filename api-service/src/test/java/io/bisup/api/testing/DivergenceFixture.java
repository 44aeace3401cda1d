package io.bisup.api.testing;

import io.bisup.contract.DatasetFormat;
import io.bisup.contract.Digests;
import io.bisup.contract.DivergenceResult;
import io.bisup.contract.Estimate;
import io.bisup.contract.PerplexitySpec;
import java.util.Map;

/** A divergence as an evaluator stores it. */
final class DivergenceFixture {

    private DivergenceFixture() {}

    static DivergenceResult of(String dataset, double kl) {
        return new DivergenceResult(
                dataset,
                Digests.sha256(dataset),
                DatasetFormat.TEXT,
                PerplexitySpec.Protocol.GPTQ,
                64,
                32,
                68,
                2_176,
                "tokenizer",
                "none",
                "float32",
                "0.1.0",
                12.5,
                11.8,
                new Estimate(0.0576, 0.002),
                new Estimate(kl, kl / 20),
                kl * 30,
                Map.of("50", new Estimate(kl / 2, kl / 40)),
                new Estimate(-0.004, 0.001),
                new Estimate(0.031, 0.002),
                new Estimate(0.9125, 0.006),
                2.5);
    }
}
