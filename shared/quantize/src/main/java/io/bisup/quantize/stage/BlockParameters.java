package io.bisup.quantize.stage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.llm.model.BlockInput;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.quant.BlockSolution;
import io.bisup.llm.quant.KernelOrder;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Θ of one block: everything BiSup may learn, in the kernels' order; an empty tensor where a space is switched off. The
 * tensors outlive every scope and belong to this object.
 */
public final class BlockParameters implements AutoCloseable {

    /** Smoothing places: inputs of qkv, o, gate/up and down; q·k. */
    public static final int SMOOTHED = 5;

    private static final int OUTPUT = KernelOrder.indexOf(BlockInput.OUTPUT);
    private static final int LINEARS = KernelOrder.LINEARS.size();

    private final BlockContext context;
    private final NDArray[] theta;
    private final NDArray[] start;
    private final NDArray[] high;
    private final NDArray[] low;
    private final NDArray[] activation;
    private final NDArray[] keyValue;
    private final NDArray[] a;
    private final NDArray[] b;
    private double logBound;
    private @Nullable NDArray prefixValues;

    /** Neutral: no smoothing, no clipping, no low-rank branch. */
    public BlockParameters(BlockContext context) {
        this.context = context;
        this.theta = context.empties(SMOOTHED);
        this.start = context.empties(SMOOTHED);
        this.high = context.empties(LINEARS);
        this.low = context.empties(LINEARS);
        this.activation = context.empties(4);
        this.keyValue = context.empties(2);
        this.a = context.empties(LINEARS);
        this.b = context.empties(LINEARS);
    }

    /** The block they belong to. */
    public BlockContext context() {
        return context;
    }

    /** Puts a tensor that outlives the open scope into one of the lists. */
    public static void put(NDArray[] list, int index, NDArray value) {
        NDScope.unregister(value);
        list[index] = value;
    }

    /** θ of s = s0 · bound^tanh(θ). */
    public NDArray[] theta() {
        return theta;
    }

    /** s0; constants. */
    public NDArray[] start() {
        return start;
    }

    /** Clip logits of weights, upper (symmetric: both) ends, [out, groups]. */
    public NDArray[] high() {
        return high;
    }

    /** Clip logits of weights, lower ends; asymmetric formats only. */
    public NDArray[] low() {
        return low;
    }

    /** Clip logits of the four inputs, [groups]. */
    public NDArray[] activation() {
        return activation;
    }

    /** Clip logits of keys and values, [kv heads]. */
    public NDArray[] keyValue() {
        return keyValue;
    }

    /** Low-rank branches, [out, rank]. */
    public NDArray[] a() {
        return a;
    }

    /** Low-rank branches, [rank, in]. */
    public NDArray[] b() {
        return b;
    }

    /** Natural logarithm of the smoothing bound. */
    public double logBound() {
        return logBound;
    }

    public void logBound(double value) {
        this.logBound = value;
    }

    /** Exact keys before every sample, or an empty tensor. */
    public NDArray prefixKeys() {
        return context.prefixKeys();
    }

    /** Exact values before every sample, on the scale of the folded value projection; or an empty tensor. */
    public NDArray prefixValues() {
        return prefixValues == null ? context.prefixValues() : prefixValues;
    }

    /**
     * Puts the prefix's values on the scale of the o input's s0. They are constants of the block, so that s of the o input
     * stays at its start where there is a prefix.
     */
    public void foldPrefix() {
        KeyValues prefix = context.prefix();
        if (prefix != null && start[OUTPUT].size() > 0) {
            NDArray folded = context.kernels().call("ql_fold_prefix", prefix.values(), start[OUTPUT]);
            NDScope.unregister(folded);
            prefixValues = folded;
        }
    }

    /** Θ1 and Θ2: what learns at the training's rate. */
    public List<NDArray> rangesAndScales() {
        NDArray[] free = theta.clone();
        if (context.prefix() != null) {
            free[OUTPUT] = context.empty();
        }
        return present(free, high, low, activation, keyValue);
    }

    /** Θ3: what learns at the low-rank branch's own rate. */
    public List<NDArray> branches() {
        return present(a, b);
    }

    /** Everything that is learnt, in a fixed order. */
    public List<NDArray> learnt() {
        List<NDArray> all = new ArrayList<>(rangesAndScales());
        all.addAll(branches());
        return all;
    }

    /** The parameters of the same function after smoothing, 14. Made in the open scope. */
    public NDArray[] folded() {
        return context.kernels().callMany("ql_smooth_fold", context.weights(), theta, start, logBound, context.dims());
    }

    /** Folded and fake-quantized weights, 14. Made in the open scope. */
    public NDArray[] weightsHat() {
        return context.kernels()
                .callMany(
                        "ql_weights",
                        context.weights(),
                        theta,
                        start,
                        logBound,
                        high,
                        low,
                        context.dims(),
                        context.formats().spec());
    }

    /** What the present values mean for the stored block. Made in the open scope. */
    public BlockSolution solution() {
        boolean symmetric = context.formats().weights().symmetric();
        NDArray[] highFactors = factors(high);
        return new BlockSolution(
                folded(),
                highFactors,
                symmetric ? highFactors : factors(low),
                factors(activation),
                factors(keyValue),
                a,
                b,
                context.prefix() == null ? null : new KeyValues(prefixKeys(), prefixValues()));
    }

    private NDArray[] factors(NDArray[] logits) {
        return context.kernels().callMany("ql_clip", (Object) logits);
    }

    private static List<NDArray> present(NDArray[]... lists) {
        List<NDArray> all = new ArrayList<>();
        for (NDArray[] list : lists) {
            for (NDArray tensor : list) {
                if (tensor.size() > 0) {
                    all.add(tensor);
                }
            }
        }
        return all;
    }

    @Override
    public void close() {
        learnt().forEach(NDArray::close);
        present(theta, start).forEach(NDArray::close);
        if (prefixValues != null) {
            prefixValues.close();
        }
    }
}
