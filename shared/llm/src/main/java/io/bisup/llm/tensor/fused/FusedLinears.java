package io.bisup.llm.tensor.fused;

import ai.djl.ndarray.NDArray;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The linears that read one activation x [rows, in]: y = x̂ Ŵᵀ + (x Bᵀ) Aᵀ + bias with x̂ = Q(x) and Ŵ = Q(W) (BiSup eq. 2.3).
 *
 * <p>Kept from forward to backward: x̂ and every Ŵ. The caller keeps x.
 */
final class FusedLinears {
    private final StageTools tools;
    private final int input;
    private final int first;
    private final @Nullable FusedFakeQuant weightQuantizer;
    private final @Nullable FusedFakeQuant activationQuantizer;
    private final NDArray quantizedInput;
    private final List<NDArray> quantizedWeights = new ArrayList<>();
    private final List<NDArray> outputs = new ArrayList<>();

    /**
     * Allocates what is kept.
     *
     * @param input which of the block's four activations
     * @param first of the seven linears q k v o gate up down
     * @param in width of x
     * @param widths of the outputs of the linears from {@code first} on
     */
    FusedLinears(StageTools tools, int input, int first, int in, int... widths) {
        this.tools = tools;
        this.input = input;
        this.first = first;
        this.weightQuantizer = tools.quantizers().weight();
        this.activationQuantizer = tools.quantizers().activation();
        int rows = tools.dims().rows();
        this.quantizedInput =
                activationQuantizer == null ? tools.none() : tools.workspace().buffer(rows, in);
        for (int width : widths) {
            quantizedWeights.add(
                    weightQuantizer == null ? tools.none() : tools.workspace().buffer(width, in));
            outputs.add(tools.workspace().buffer(rows, width));
        }
    }

    /**
     * Computes every y.
     *
     * @param addend what is added to each y, such as the residual stream, or an empty tensor
     * @return the outputs [rows, out], valid until the next forward pass
     */
    List<NDArray> forward(NDArray x, BlockOperands operands, NDArray addend) {
        NDArray xHat = x;
        if (activationQuantizer != null) {
            xHat = quantizedInput;
            activationQuantizer.forward(FloatMatrix.of(x), operands.inputClip(input), FloatMatrix.of(xHat));
        }
        for (int i = 0; i < outputs.size(); i++) {
            BlockOperands.Linear linear = operands.linear(first + i, tools.none());
            tools.kernels()
                    .call(
                            "fused_linear",
                            xHat,
                            quantizedWeight(i, linear),
                            linear.bias(),
                            x,
                            linear.a(),
                            linear.b(),
                            addend,
                            outputs.get(i),
                            tools.lowPrecision());
        }
        return outputs;
    }

    /**
     * Adds to the gradients of all operands that want one.
     *
     * @param dOutputs gradients of the outputs
     * @param dx receives the gradient of x; empty when it is not needed
     */
    void backward(NDArray x, List<NDArray> dOutputs, BlockOperands operands, BlockOperands gradients, NDArray dx) {
        FloatMatrix rows = FloatMatrix.of(x);
        FloatMatrix dRows = FloatMatrix.of(dx);
        dRows.clear();
        NDArray dxHat = dx;
        if (activationQuantizer != null) {
            dxHat = tools.workspace().scratch("dx", rows.rows(), rows.columns());
            FloatMatrix.of(dxHat).clear();
        }
        for (int i = 0; i < outputs.size(); i++) {
            backward(i, x, dOutputs.get(i), operands, gradients, dxHat, dx);
        }
        if (activationQuantizer != null) {
            activationQuantizer.backward(
                    rows, operands.inputClip(input), FloatMatrix.of(dxHat), dRows, gradients.inputClip(input));
        }
    }

    private void backward(
            int i,
            NDArray x,
            NDArray dOut,
            BlockOperands operands,
            BlockOperands gradients,
            NDArray dxHat,
            NDArray dx) {
        BlockOperands.Linear linear = operands.linear(first + i, tools.none());
        BlockOperands.Linear gradient = gradients.linear(first + i, tools.none());
        FloatMatrix weight = FloatMatrix.of(linear.weight());
        NDArray dwHat = weightQuantizer == null
                ? gradient.weight()
                : tools.workspace().scratch("dW", weight.rows(), weight.columns());
        tools.kernels()
                .call(
                        "fused_linear_backward",
                        dOut,
                        activationQuantizer == null ? x : quantizedInput,
                        weightQuantizer == null ? linear.weight() : quantizedWeights.get(i),
                        x,
                        new NDArray[] {linear.a(), linear.b()},
                        new NDArray[] {dxHat, dx, dwHat, gradient.a(), gradient.b(), gradient.bias()},
                        weightQuantizer == null,
                        tools.lowPrecision());
        if (weightQuantizer != null) {
            weightQuantizer.backward(
                    weight, linear.clip(), FloatMatrix.of(dwHat), FloatMatrix.of(gradient.weight()), gradient.clip());
        }
    }

    private NDArray quantizedWeight(int i, BlockOperands.Linear linear) {
        if (weightQuantizer == null) {
            return linear.weight();
        }
        NDArray wHat = quantizedWeights.get(i);
        weightQuantizer.forward(FloatMatrix.of(linear.weight()), linear.clip(), FloatMatrix.of(wHat));
        return wHat;
    }
}
