package io.bisup.measure.propagation;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorRuntime;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;

/** The kernels of error propagation, typed; see {@code kernels.py}. T positions of a window, S all positions, C channels. */
public final class PropagationKernels implements AutoCloseable {

    /** The resource that holds them, beside this class. */
    public static final String SOURCE = "kernels.py";

    private final Kernels kernels;

    private PropagationKernels(Kernels kernels) {
        this.kernels = kernels;
    }

    /** Compiles them; the caller closes them. */
    public static PropagationKernels compile(TensorRuntime runtime) {
        return new PropagationKernels(Kernels.compile(runtime, source()));
    }

    private static String source() {
        try (InputStream in = PropagationKernels.class.getResourceAsStream(SOURCE)) {
            return new String(Objects.requireNonNull(in, SOURCE).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException broken) {
            throw new UncheckedIOException(broken);
        }
    }

    /** Second moments of a linear's two outputs by groups of channels: q̂ᵀq̂, q̂ᵀy [C/d, d, d] and ‖y‖² [1]. */
    record Moments(NDArray quantized, NDArray mixed, NDArray exact) {}

    /** ‖ŷ − y‖² / ‖y‖² of each position: states [1, T, C]. */
    double[] relativeErrors(NDArray exact, NDArray quantized) {
        return values(kernels.call("relative_errors", exact, quantized));
    }

    /** Share of attention that each of S keys receives: queries [1, H, T, D], keys [1, G, S, D]. */
    double[] receivedAttention(NDArray queries, NDArray keys, int window) {
        return values(kernels.call("received_attention", queries, keys, window));
    }

    /** Σ‖ŷ − y‖² and Σ‖y‖² over all positions but the first. */
    double[] distance(NDArray exact, NDArray quantized) {
        return values(kernels.call("distance", exact, quantized));
    }

    Moments moments(NDArray exact, NDArray quantized, int group) {
        NDArray[] found = kernels.callMany("moments", exact, quantized, group);
        return new Moments(found[0], found[1], found[2]);
    }

    /** The part of ‖y‖² that no linear map within the groups explains. */
    double unexplained(Moments moments) {
        return values(kernels.call("unexplained", moments.quantized(), moments.mixed(), moments.exact()))[0];
    }

    /** Adds to the first tensor in place. */
    void accumulate(NDArray running, NDArray more) {
        kernels.call("accumulate", running, more).close();
    }

    /** The map [C, C] of the quantized rows [1, N, C] to the exact ones with the least squared error. */
    NDArray basis(NDArray exact, NDArray quantized) {
        NDArray[] found = kernels.callMany("cross_moments", exact, quantized);
        return kernels.call("basis", found[0], found[1]);
    }

    /** x [1, T, C] times a matrix. */
    NDArray turn(NDArray x, NDArray matrix) {
        return kernels.call("turn", x, matrix);
    }

    /** For each exact channel the quantized one that is the same but for rounding, or -1; empty where most are in their places. */
    NDArray channelOrder(NDArray exact, NDArray quantized) {
        return kernels.call("channel_order", exact, quantized);
    }

    /** Channels of x [1, T, C] in an order, int64 [C]. */
    NDArray ordered(NDArray x, NDArray channels) {
        return kernels.call("ordered", x, channels);
    }

    /** Keys or values [B, G, S, D] with some positions of another tensor. */
    NDArray splice(NDArray own, NDArray other, int first, int count) {
        return kernels.call("splice", own, other, first, count);
    }

    private static double[] values(NDArray array) {
        try (array) {
            return array.toDoubleArray();
        }
    }

    @Override
    public void close() {
        kernels.close();
    }
}
