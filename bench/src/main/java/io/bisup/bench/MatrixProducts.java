package io.bisup.bench;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;

/** The floor: only the 21 matrix products of the seven linears (output, gradients of input and weight), nothing else. */
final class MatrixProducts implements Candidate {
    private final Kernels kernels;
    private final NDArray[] weights;
    private final NDArray[] inputs;
    private final NDArray[] outputs;
    private final NDArray[] dInputs;
    private final NDArray[] dWeights;

    MatrixProducts(TensorRuntime runtime, RandomBlock block, BlockSize size) {
        this.kernels = Kernels.compile(runtime, """
                def products(self, w: List[Tensor], x: List[Tensor], y: List[Tensor], dx: List[Tensor], dw: List[Tensor]) -> Tensor:
                  for i in range(len(w)):
                    done = torch.mm(x[i], torch.t(w[i]), out=y[i])
                    done = torch.mm(y[i], w[i], out=dx[i])
                    done = torch.mm(torch.t(y[i]), x[i], out=dw[i])
                  return y[0]
                """);
        this.weights = block.linears();
        int count = weights.length;
        this.inputs = new NDArray[count];
        this.outputs = new NDArray[count];
        this.dInputs = new NDArray[count];
        this.dWeights = new NDArray[count];
        for (int i = 0; i < count; i++) {
            int[] shape = size.linears()[i];
            inputs[i] = block.normal(1, size.tokens(), shape[1]);
            outputs[i] = block.constant(0, size.tokens(), shape[0]);
            dInputs[i] = block.constant(0, size.tokens(), shape[1]);
            dWeights[i] = block.constant(0, shape[0], shape[1]);
        }
    }

    @Override
    public String name() {
        return "matrix products of the linears alone (floor)";
    }

    @Override
    public double step() {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            kernels.call("products", weights, inputs, outputs, dInputs, dWeights);
            return Double.NaN;
        }
    }

    @Override
    public void close() {
        kernels.close();
    }
}
