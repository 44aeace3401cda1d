package io.bisup.contract;

/**
 * The divergence of the artifact from its FP model, to be measured.
 *
 * @param dataset name of a registered data set
 * @param divergence how text becomes windows
 * @param window tokens per window, up to the model's context
 */
public record DivergenceSpec(String dataset, PerplexitySpec.Protocol divergence, int window) implements EvaluationSpec {

    public DivergenceSpec {
        Check.name(dataset, "dataset");
        divergence = divergence == null ? PerplexitySpec.Protocol.GPTQ : divergence;
        Check.range(window, 2, 1_048_576, "window");
    }
}
