package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

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

    AttentionStage(StageTools tools, @Nullable ChannelMap keyRotation) {
        BlockDimensions dimensions = tools.dimensions();
        this.tools = tools;
        this.norm = new FusedRmsNorm((float) dimensions.epsilon());
        this.projections = new FusedLinears(tools, Site.QKV);
        this.attention = new FusedAttention(tools, keyRotation);
        this.output = new FusedLinears(tools, Site.O);
        this.normalized = tools.workspace().buffer(dimensions.rows(), dimensions.hidden());
        this.dMixed = tools.workspace().buffer(dimensions.rows(), dimensions.queryWidth());
    }

    /** @param x [rows, hidden] */
    NDArray forward(NDArray x, FusedRotary rotary, FusedBlockStep.Sample sample, StepOperands operands) {
        FloatMatrix weight = FloatMatrix.of(operands.parameter(BlockTensor.INPUT_NORM));
        norm.forward(FloatMatrix.of(x), weight, FloatMatrix.of(normalized));
        projected = projections.forward(normalized, operands, tools.none());
        NDArray mixed = attention.forward(projected, rotary, sample, operands);
        return output.forward(mixed, operands, x).getFirst();
    }

    /** Adds to the gradients of the operands; x itself gets none. */
    void backward(NDArray x, NDArray dOut, FusedRotary rotary, FusedBlockStep.Sample sample, StepOperands operands) {
        NDArray dAttended = output.backward(List.of(dOut), operands, dMixed);
        List<NDArray> dProjected = attention.backward(dAttended, projected, rotary, sample, operands);
        FloatMatrix dWeight = FloatMatrix.of(operands.gradient(BlockTensor.INPUT_NORM));
        NDArray dNormalized =
                projections.backward(dProjected, operands, dWeight.isPresent() ? dHidden() : tools.none());
        if (dWeight.isPresent()) {
            norm.backward(
                    FloatMatrix.of(x),
                    FloatMatrix.of(operands.parameter(BlockTensor.INPUT_NORM)),
                    FloatMatrix.of(dNormalized),
                    FloatMatrix.NONE,
                    dWeight);
        }
    }

    private NDArray dHidden() {
        return tools.workspace()
                .scratch(
                        "dHidden", tools.dimensions().rows(), tools.dimensions().hidden());
    }
}
