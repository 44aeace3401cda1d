package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** The first half of the block: x₁ = x + o(attention(q(h), k(h), v(h))) with h = norm(x). */
final class AttentionStage {
    private final StageTools tools;
    private final FusedRmsNorm norm;
    private final FusedLinears projections;
    private final FusedAttention attention;
    private final FusedLinears output;
    private final NDArray normalized;
    private final NDArray dMixed;
    private List<NDArray> projected = List.of();
    private NDArray mixed;

    AttentionStage(StageTools tools) {
        BlockDimensions dims = tools.dims();
        this.tools = tools;
        this.norm = new FusedRmsNorm((float) dims.epsilon());
        this.projections = new FusedLinears(
                tools, 0, 0, dims.hidden(), dims.queryWidth(), dims.keyValueWidth(), dims.keyValueWidth());
        this.attention = new FusedAttention(tools);
        this.output = new FusedLinears(tools, 1, 3, dims.queryWidth(), dims.hidden());
        this.normalized = tools.workspace().buffer(dims.rows(), dims.hidden());
        this.dMixed = tools.workspace().buffer(dims.rows(), dims.queryWidth());
        this.mixed = tools.none();
    }

    /** @param x [rows, hidden] */
    NDArray forward(NDArray x, FusedRotary rotary, Prefix prefix, BlockOperands operands) {
        norm.forward(FloatMatrix.of(x), FloatMatrix.of(operands.inputNorm()), FloatMatrix.of(normalized));
        projected = projections.forward(normalized, operands, tools.none());
        mixed = attention.forward(projected, rotary, prefix, operands);
        return output.forward(mixed, operands, x).getFirst();
    }

    /** Adds to the gradients of the operands; x itself gets none. */
    void backward(NDArray x, NDArray dOut, FusedRotary rotary, BlockOperands operands, BlockOperands gradients) {
        output.backward(mixed, List.of(dOut), operands, gradients, dMixed);
        List<NDArray> dProjected = attention.backward(dMixed, projected, rotary, operands, gradients);
        FloatMatrix dWeight = FloatMatrix.of(gradients.inputNorm());
        NDArray dNormalized = dWeight.isPresent() ? dMixedOfHidden() : tools.none();
        projections.backward(normalized, dProjected, operands, gradients, dNormalized);
        if (dWeight.isPresent()) {
            norm.backward(
                    FloatMatrix.of(x),
                    FloatMatrix.of(operands.inputNorm()),
                    FloatMatrix.of(dNormalized),
                    FloatMatrix.NONE,
                    dWeight);
        }
    }

    private NDArray dMixedOfHidden() {
        return tools.workspace()
                .scratch("dHidden", tools.dims().rows(), tools.dims().hidden());
    }
}
