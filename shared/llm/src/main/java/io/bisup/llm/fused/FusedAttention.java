package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention over a quantized key-value cache: head norms, rotary embedding, Q(k), Q(v), softmax(q kᵀ / √D) v.
 *
 * <p>Softmax and its backward are libtorch's flash kernels. Keys and values of the prefix stay exact and get no gradient.
 */
final class FusedAttention {
    private final StageTools tools;
    private final BlockDimensions dims;
    private final @Nullable FusedFakeQuant cacheQuantizer;
    private final FusedRmsNorm headNorm;
    private final NDArray queries;
    private final NDArray keys;
    private final NDArray quantizedKeys;
    private final NDArray quantizedValues;
    private NDArray[] saved = {};

    FusedAttention(StageTools tools) {
        this.tools = tools;
        this.dims = tools.dims();
        Workspace workspace = tools.workspace();
        this.cacheQuantizer = tools.quantizers().keyValue();
        this.headNorm = new FusedRmsNorm((float) dims.epsilon());
        this.queries = workspace.buffer(dims.rows(), dims.queryWidth());
        this.keys = workspace.buffer(dims.rows(), dims.keyValueWidth());
        this.quantizedKeys = workspace.buffer(dims.rows(), dims.keyValueWidth());
        this.quantizedValues = workspace.buffer(dims.rows(), dims.keyValueWidth());
    }

    /**
     * Mixes the tokens.
     *
     * @param projected outputs of the q, k and v linears; read again by the backward pass
     * @return [rows, heads · head size]
     */
    NDArray forward(List<NDArray> projected, FusedRotary rotary, Prefix prefix, BlockOperands operands) {
        positioned(projected.get(0), operands.queryNorm(), rotary, queries);
        positioned(projected.get(1), operands.keyNorm(), rotary, keys);
        NDArray k = cached(keys, operands.keyValueClip()[0], quantizedKeys);
        NDArray v = cached(projected.get(2), operands.keyValueClip()[1], quantizedValues);
        saved = tools.kernels().callMany("fused_attention", queries, k, v, prefix.keys(), prefix.values(), new long[] {
            dims.batch(), dims.heads(), dims.keyValueHeads()
        });
        return saved[0];
    }

    /**
     * The gradients of the projected queries, keys and values.
     *
     * @param dOut gradient of the result
     */
    List<NDArray> backward(
            NDArray dOut,
            List<NDArray> projected,
            FusedRotary rotary,
            BlockOperands operands,
            BlockOperands gradients) {
        NDArray[] d =
                tools.kernels().callMany("fused_attention_backward", dOut, saved, dims.tokens(), dims.keyValueHeads());
        NDArray dk =
                throughCache(keys, operands.keyValueClip()[0], d[1], gradients.keyValueClip()[0]);
        NDArray dv = throughCache(
                projected.get(2), operands.keyValueClip()[1], d[2], gradients.keyValueClip()[1]);
        return List.of(
                throughPosition(projected.get(0), operands.queryNorm(), rotary, d[0], gradients.queryNorm()),
                throughPosition(projected.get(1), operands.keyNorm(), rotary, dk, gradients.keyNorm()),
                dv);
    }

    private void positioned(NDArray projected, NDArray norm, FusedRotary rotary, NDArray out) {
        FloatMatrix weight = FloatMatrix.of(norm);
        FloatMatrix target = FloatMatrix.of(out);
        if (weight.isPresent()) {
            headNorm.forward(heads(projected), weight, heads(out));
        } else {
            target.copyFrom(FloatMatrix.of(projected));
        }
        rotary.rotate(target);
    }

    private NDArray throughPosition(NDArray projected, NDArray norm, FusedRotary rotary, NDArray dOut, NDArray dNorm) {
        rotary.rotateBack(FloatMatrix.of(dOut));
        FloatMatrix weight = FloatMatrix.of(norm);
        if (!weight.isPresent()) {
            return dOut;
        }
        NDArray dProjected = dOut.zerosLike();
        headNorm.backward(heads(projected), weight, heads(dOut), heads(dProjected), FloatMatrix.of(dNorm));
        return dProjected;
    }

    private NDArray cached(NDArray exact, NDArray clip, NDArray out) {
        if (cacheQuantizer == null) {
            return exact;
        }
        cacheQuantizer.forward(heads(exact), perHead(clip), heads(out));
        return out;
    }

    private NDArray throughCache(NDArray exact, NDArray clip, NDArray dOut, NDArray dClip) {
        if (cacheQuantizer == null) {
            return dOut;
        }
        NDArray dExact = dOut.zerosLike();
        cacheQuantizer.backward(heads(exact), perHead(clip), heads(dOut), heads(dExact), perHead(dClip));
        return dExact;
    }

    private FloatMatrix heads(NDArray array) {
        return FloatMatrix.of(array, dims.headSize());
    }

    /** [kv heads] as one row per head, the factor of both ends. */
    private static Clip perHead(NDArray clip) {
        FloatMatrix factors = FloatMatrix.of(clip, 1);
        return new Clip(factors, factors);
    }
}
