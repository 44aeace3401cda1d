package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import java.util.List;

/** The second half of the block: y = x₁ + down(swiglu(gate(h), up(h))) with h = norm(x₁). */
final class MlpStage {
    private final FusedRmsNorm norm;
    private final FusedLinears gateAndUp;
    private final FusedLinears down;
    private final NDArray normalized;
    private final NDArray gated;
    private final NDArray dGated;
    private final NDArray dNormalized;
    private List<NDArray> projected = List.of();

    MlpStage(StageTools tools) {
        BlockDimensions dims = tools.dims();
        int hidden = dims.hidden();
        int inner = dims.intermediate();
        Workspace workspace = tools.workspace();
        this.norm = new FusedRmsNorm((float) dims.epsilon());
        this.gateAndUp = new FusedLinears(tools, 2, 4, hidden, inner, inner);
        this.down = new FusedLinears(tools, 3, 6, inner, hidden);
        this.normalized = workspace.buffer(dims.rows(), hidden);
        this.gated = workspace.buffer(dims.rows(), inner);
        this.dGated = workspace.buffer(dims.rows(), inner);
        this.dNormalized = workspace.scratch("dHidden", dims.rows(), hidden);
    }

    /** @param residual x₁ [rows, hidden] */
    NDArray forward(NDArray residual, BlockOperands operands, NDArray none) {
        FloatMatrix weight = FloatMatrix.of(operands.postAttentionNorm());
        norm.forward(FloatMatrix.of(residual), weight, FloatMatrix.of(normalized));
        projected = gateAndUp.forward(normalized, operands, none);
        FusedSwiGlu.forward(gate(), up(), FloatMatrix.of(gated));
        return down.forward(gated, operands, residual).getFirst();
    }

    /**
     * Adds to the gradients of the operands.
     *
     * @param dOut gradient of y; becomes the gradient of x₁
     */
    void backward(NDArray residual, NDArray dOut, BlockOperands operands, BlockOperands gradients) {
        down.backward(gated, List.of(dOut), operands, gradients, dGated);
        FusedSwiGlu.backward(gate(), up(), FloatMatrix.of(dGated));
        gateAndUp.backward(normalized, projected, operands, gradients, dNormalized);
        norm.backward(
                FloatMatrix.of(residual),
                FloatMatrix.of(operands.postAttentionNorm()),
                FloatMatrix.of(dNormalized),
                FloatMatrix.of(dOut),
                FloatMatrix.of(gradients.postAttentionNorm()));
    }

    private FloatMatrix gate() {
        return FloatMatrix.of(projected.get(0));
    }

    private FloatMatrix up() {
        return FloatMatrix.of(projected.get(1));
    }
}
