package io.bisup.quantize.stage.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.quantize.stage.BlockContext;
import io.bisup.quantize.stage.BlockParameters;

/** The step as one TorchScript call, differentiated by autograd; runs on any device. */
public final class TorchBlockStep implements BlockStep {

    private final BlockContext context;
    private final BlockParameters parameters;
    private final double power;

    /** @param power mean square of the targets */
    public TorchBlockStep(BlockContext context, BlockParameters parameters, double power) {
        this.context = context;
        this.parameters = parameters;
        this.power = power;
        parameters.learnt().forEach(context.kernels()::requireGradient);
    }

    @Override
    public double learn(NDArray input, NDArray target) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray loss = context.kernels()
                    .callWithGradient(
                            "ql_loss",
                            input,
                            target,
                            power,
                            context.weights(),
                            parameters.theta(),
                            parameters.start(),
                            parameters.logBound(),
                            parameters.high(),
                            parameters.low(),
                            parameters.activation(),
                            parameters.keyValue(),
                            parameters.a(),
                            parameters.b(),
                            context.angles().cosines(),
                            context.angles().sines(),
                            parameters.prefixKeys(),
                            parameters.prefixValues(),
                            context.dims(),
                            context.formats().spec(),
                            context.config().rmsNormEpsilon(),
                            context.runtime().lowPrecision());
            context.kernels().backward(loss);
            return loss.getFloat();
        }
    }

    @Override
    public double measure(int[] samples) {
        double sum = 0;
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            NDArray[] weightsHat = parameters.weightsHat();
            for (int sample : samples) {
                context.control().checkpoint();
                sum += error(sample, weightsHat);
            }
        }
        return samples.length == 0 ? 0 : sum / samples.length;
    }

    private double error(int sample, NDArray[] weightsHat) {
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            return context.kernels()
                    .call(
                            "ql_error",
                            context.samples().input(sample),
                            context.samples().target(sample),
                            power,
                            weightsHat,
                            parameters.activation(),
                            parameters.keyValue(),
                            parameters.a(),
                            parameters.b(),
                            context.angles().cosines(),
                            context.angles().sines(),
                            parameters.prefixKeys(),
                            parameters.prefixValues(),
                            context.dims(),
                            context.formats().spec(),
                            context.config().rmsNormEpsilon(),
                            context.runtime().lowPrecision())
                    .getFloat();
        }
    }
}
