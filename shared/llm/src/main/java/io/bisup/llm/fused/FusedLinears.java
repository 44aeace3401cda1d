package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.kernel.FusedKernels;
import java.util.List;

/** The linears that read one input x [rows, in]: y = x̂ Ŵᵀ + (x̃ Bᵀ) Aᵀ + bias with Ŵ = Q(W) (BiSup, low-rank compensation). */
final class FusedLinears {
    private final StageTools tools;
    private final FusedInput input;
    private final List<Reader> readers;

    /** Allocates what is kept from forward to backward, and the outputs. */
    FusedLinears(StageTools tools, Site site) {
        this.tools = tools;
        this.input = new FusedInput(tools, site);
        this.readers = BlockSites.readers(site).stream()
                .map(linear -> new Reader(tools, linear))
                .toList();
    }

    /**
     * One linear and its memory.
     *
     * @param quantizedWeight Ŵ, [out, in]; empty where the weight is not rounded
     * @param output [rows, out]
     */
    private record Reader(BlockTensor name, FusedSegments quantizer, NDArray quantizedWeight, NDArray output) {
        Reader(StageTools tools, BlockTensor name) {
            this(
                    tools,
                    name,
                    name.shape(tools.plan().config()),
                    new FusedSegments(tools.plan().weightSegments(tools.layer(), name), true));
        }

        private Reader(StageTools tools, BlockTensor name, List<Long> shape, FusedSegments quantizer) {
            this(
                    name,
                    quantizer,
                    quantizer.quantizes() ? tools.workspace().buffer(shape.get(0), shape.get(1)) : tools.none(),
                    tools.workspace().buffer(tools.dimensions().rows(), shape.get(0)));
        }
    }

    /**
     * Computes every y.
     *
     * @param addend what is added to each y, such as the residual stream, or an empty tensor
     * @return the outputs [rows, out], valid until the next forward pass
     */
    List<NDArray> forward(NDArray x, StepOperands operands, NDArray addend) {
        input.read(x, operands);
        for (Reader reader : readers) {
            NDArray weight = operands.parameter(reader.name);
            if (reader.quantizer.quantizes()) {
                reader.quantizer.forward(
                        FloatMatrix.of(weight),
                        operands.clips(reader.name, reader.quantizer.count()),
                        FloatMatrix.of(reader.quantizedWeight));
            }
            FusedKernels.linear(
                    tools.kernels(), arguments(reader, operands), addend, reader.output, tools.lowPrecision());
        }
        return readers.stream().map(Reader::output).toList();
    }

    /** As the last forward pass had them. */
    private FusedKernels.Linear arguments(Reader reader, StepOperands operands) {
        LowRankBranch branch = operands.branch(reader.name);
        return new FusedKernels.Linear(
                input.quantized(),
                reader.quantizer.quantizes() ? reader.quantizedWeight : operands.parameter(reader.name),
                operands.parameter(reader.name.bias()),
                branchInput(branch, input.exact(), input.quantized()),
                branch.a(),
                branch.b());
    }

    private static NDArray branchInput(LowRankBranch branch, NDArray exact, NDArray quantized) {
        return switch (branch.reads()) {
            case EXACT -> exact;
            case QUANTIZED -> quantized;
        };
    }

    /**
     * Adds to the gradients of all operands that want one.
     *
     * @param dOutputs gradients of the outputs
     * @param dx memory for the gradient of x; empty when it is not needed
     * @return the gradient of x, in {@code dx} or a tensor of its own
     */
    NDArray backward(List<NDArray> dOutputs, StepOperands operands, NDArray dx) {
        FusedInput.Gradients gradients = input.gradients(dx, operands);
        for (int i = 0; i < readers.size(); i++) {
            backward(readers.get(i), dOutputs.get(i), operands, gradients);
        }
        return input.backward(gradients, operands, dx);
    }

    private void backward(Reader reader, NDArray dOut, StepOperands operands, FusedInput.Gradients inputGradients) {
        FloatMatrix weight = FloatMatrix.of(operands.parameter(reader.name));
        LowRankBranch branch = operands.branch(reader.name);
        boolean quantizes = reader.quantizer.quantizes();
        NDArray dQuantizedWeight = quantizes
                ? tools.workspace().scratch("dW", weight.rows(), weight.columns())
                : operands.gradient(reader.name);
        FusedKernels.Linear gradients = new FusedKernels.Linear(
                inputGradients.quantized(),
                dQuantizedWeight,
                operands.gradient(reader.name.bias()),
                branchInput(branch, inputGradients.exact(), inputGradients.quantized()),
                operands.gradients().of(branch.a()),
                operands.gradients().of(branch.b()));
        FusedKernels.linearBackward(
                tools.kernels(), dOut, arguments(reader, operands), gradients, quantizes, tools.lowPrecision());
        if (quantizes) {
            reader.quantizer.backward(
                    weight,
                    operands.clips(reader.name, reader.quantizer.count()),
                    FloatMatrix.of(dQuantizedWeight),
                    FloatMatrix.of(operands.gradient(reader.name)),
                    operands.clipGradients(reader.name, reader.quantizer.count()));
        }
    }
}
