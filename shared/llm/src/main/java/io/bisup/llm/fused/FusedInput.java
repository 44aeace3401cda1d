package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The input of some linears on its way to them: x̃ = the online maps of x, x̂ = Q(x̃). Kept from forward to backward: both,
 * where they differ from x, which the caller keeps.
 */
final class FusedInput {
    private final StageTools tools;
    private final Site site;
    private final int width;
    private final FusedMaps maps;
    private final FusedSegments quantizer;
    private final NDArray quantizedBuffer;
    private @Nullable NDArray mappedBuffer;
    private NDArray exact;
    private NDArray quantized;

    FusedInput(StageTools tools, Site site) {
        this.tools = tools;
        this.site = site;
        this.width = tools.plan().width(site);
        this.maps = new FusedMaps(tools.kernels());
        this.quantizer = new FusedSegments(tools.plan().inputSegments(site), false);
        this.quantizedBuffer = quantizer.quantizes() ? buffer() : tools.none();
        this.exact = tools.none();
        this.quantized = tools.none();
    }

    private NDArray buffer() {
        return tools.workspace().buffer(tools.dimensions().rows(), width);
    }

    private NDArray mapped() {
        if (mappedBuffer == null) {
            mappedBuffer = buffer();
        }
        return mappedBuffer;
    }

    private NDArray scratch(String purpose) {
        return tools.workspace().scratch(purpose, tools.dimensions().rows(), width);
    }

    /** x̃ [rows, in], what {@link #read} made of its argument. */
    NDArray exact() {
        return exact;
    }

    /** x̂ [rows, in]. */
    NDArray quantized() {
        return quantized;
    }

    /** Reads x [rows, in]. */
    void read(NDArray x, StepOperands operands) {
        List<ChannelMap> online = operands.online(site);
        exact = online.isEmpty() ? x : maps.apply(online, x, mapped());
        quantized = exact;
        if (quantizer.quantizes()) {
            quantized = quantizedBuffer;
            quantizer.forward(
                    FloatMatrix.of(exact), operands.clips(site, quantizer.count()), FloatMatrix.of(quantized));
        }
    }

    /**
     * Where the linears add the gradients of what they read, zeros at first.
     *
     * @param exact of x̃, [rows, in]; empty where x needs none
     * @param quantized of x̂, [rows, in]; the same tensor as {@code exact} where nothing is quantized
     */
    record Gradients(NDArray exact, NDArray quantized) {}

    /** @param dx receives the gradient of x; empty when it is not needed */
    Gradients gradients(NDArray dx, StepOperands operands) {
        NDArray dExact = dx.size() > 0 && !operands.online(site).isEmpty() ? scratch("dExact") : dx;
        FloatMatrix.of(dExact).clear();
        NDArray dQuantized = dExact;
        if (quantizer.quantizes()) {
            dQuantized = scratch("dx");
            FloatMatrix.of(dQuantized).clear();
        }
        return new Gradients(dExact, dQuantized);
    }

    /**
     * Adds to the gradients of the clip factors.
     *
     * @return the gradient of x, in {@code dx} or a tensor of its own; empty when it is not needed
     */
    NDArray backward(Gradients gradients, StepOperands operands, NDArray dx) {
        if (quantizer.quantizes()) {
            quantizer.backward(
                    FloatMatrix.of(exact),
                    operands.clips(site, quantizer.count()),
                    FloatMatrix.of(gradients.quantized()),
                    FloatMatrix.of(gradients.exact()),
                    operands.clipGradients(site, quantizer.count()));
        }
        List<ChannelMap> online = operands.online(site);
        return online.isEmpty() || dx.size() == 0 ? dx : maps.transpose(online, gradients.exact(), dx);
    }
}
