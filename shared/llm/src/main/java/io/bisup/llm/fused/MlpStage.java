package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import java.util.List;

/** The second half of the block: y = x₁ + down(swiglu(gate(h), up(h))) with h = norm(x₁). */
final class MlpStage {
    private final StageTools tools;
    private final FusedRmsNorm norm;
    private final FusedLinears gateAndUp;
    private final FusedLinears down;
    private final NDArray normalized;
    private final NDArray gated;
    private final NDArray dGated;
    private final NDArray dHidden;
    private List<NDArray> projected = List.of();

    MlpStage(StageTools tools) {
        BlockDimensions dimensions = tools.dimensions();
        Workspace workspace = tools.workspace();
        this.tools = tools;
        this.norm = new FusedRmsNorm((float) dimensions.epsilon());
        this.gateAndUp = new FusedLinears(tools, Site.GATE_UP);
        this.down = new FusedLinears(tools, Site.DOWN);
        this.normalized = workspace.buffer(dimensions.rows(), dimensions.hidden());
        this.gated = workspace.buffer(dimensions.rows(), dimensions.intermediate());
        this.dGated = workspace.buffer(dimensions.rows(), dimensions.intermediate());
        this.dHidden = workspace.scratch("dHidden", dimensions.rows(), dimensions.hidden());
    }

    /** @param residual x₁ [rows, hidden] */
    NDArray forward(NDArray residual, StepOperands operands) {
        FloatMatrix weight = FloatMatrix.of(operands.parameter(BlockTensor.POST_ATTENTION_NORM));
        norm.forward(FloatMatrix.of(residual), weight, FloatMatrix.of(normalized));
        projected = gateAndUp.forward(normalized, operands, tools.none());
        FusedSwiGlu.forward(gate(), up(), FloatMatrix.of(gated));
        return down.forward(gated, operands, residual).getFirst();
    }

    /**
     * Adds to the gradients of the operands.
     *
     * @param dOut gradient of y; becomes the gradient of x₁
     */
    void backward(NDArray residual, NDArray dOut, StepOperands operands) {
        FusedSwiGlu.backward(gate(), up(), FloatMatrix.of(down.backward(List.of(dOut), operands, dGated)));
        NDArray dNormalized = gateAndUp.backward(projected, operands, dHidden);
        norm.backward(
                FloatMatrix.of(residual),
                FloatMatrix.of(operands.parameter(BlockTensor.POST_ATTENTION_NORM)),
                FloatMatrix.of(dNormalized),
                FloatMatrix.of(dOut),
                FloatMatrix.of(operands.gradient(BlockTensor.POST_ATTENTION_NORM)));
    }

    private FloatMatrix gate() {
        return FloatMatrix.of(projected.get(0));
    }

    private FloatMatrix up() {
        return FloatMatrix.of(projected.get(1));
    }
}
