package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.kernel.FusedKernels;
import io.bisup.llm.plan.CachePlan;
import io.bisup.llm.transform.ChannelMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Causal attention over a quantized key-value cache: head norms, rotary embedding, stored keys (before or after it), stored
 * values, softmax(q kᵀ / √D) v.
 *
 * <p>Softmax and its backward are libtorch's flash kernels. Keys and values of the prefix stay exact.
 */
final class FusedAttention {
    private final StageTools tools;
    private final BlockDimensions dimensions;
    private final boolean beforeRope;
    private final FusedCache keyCache;
    private final FusedCache valueCache;
    private final FusedRmsNorm headNorm;
    private final NDArray queries;
    private final NDArray keys;
    private NDArray[] saved = {};

    /** @param keyRotation of each head's keys while they are quantized; null for none */
    FusedAttention(StageTools tools, @Nullable ChannelMap keyRotation) {
        this.tools = tools;
        this.dimensions = tools.dimensions();
        CachePlan cache = tools.plan().cache();
        this.keyCache = new FusedCache(tools, cache.keys(), keyRotation);
        this.valueCache = new FusedCache(tools, cache.values(), null);
        this.beforeRope = cache.beforeRope() && keyCache.quantizes();
        this.headNorm = new FusedRmsNorm((float) dimensions.epsilon());
        this.queries = tools.workspace().buffer(dimensions.rows(), dimensions.queryWidth());
        this.keys = tools.workspace().buffer(dimensions.rows(), dimensions.keyValueWidth());
    }

    /**
     * Mixes the tokens.
     *
     * @param projected outputs of the q, k and v linears; read again by the backward pass
     * @return [rows, heads · head size]
     */
    NDArray forward(List<NDArray> projected, FusedRotary rotary, FusedBlockStep.Sample sample, StepOperands operands) {
        normed(projected.get(0), operands.parameter(BlockTensor.QUERY_NORM), queries);
        rotary.rotate(FloatMatrix.of(queries));
        NDArray v = valueCache.forward(projected.get(2), operands.values().valueClip(), tools.none());
        KeyValues prefix = sample.prefix();
        saved = FusedKernels.attention(
                tools.kernels(),
                queries,
                storedKeys(projected.get(1), rotary, operands),
                v,
                prefix == null ? tools.none() : prefix.keys(),
                prefix == null ? tools.none() : prefix.values(),
                dimensions.batch(),
                dimensions.heads(),
                dimensions.keyValueHeads(),
                sample.window(),
                tools.lowPrecision());
        return saved[0];
    }

    private NDArray storedKeys(NDArray projected, FusedRotary rotary, StepOperands operands) {
        normed(projected, operands.parameter(BlockTensor.KEY_NORM), keys);
        if (!beforeRope) {
            rotary.rotate(FloatMatrix.of(keys));
        }
        NDArray k = keyCache.forward(keys, operands.values().keyClip(), offset(operands));
        if (beforeRope) {
            rotary.rotate(FloatMatrix.of(k));
        }
        return k;
    }

    private NDArray offset(StepOperands operands) {
        NDArray offset = operands.values().keyOffset();
        return offset == null ? tools.none() : offset;
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
            FusedBlockStep.Sample sample,
            StepOperands operands) {
        OperandGradients gradients = operands.gradients();
        KeyValues prefix = sample.prefix();
        NDArray[] d = FusedKernels.attentionBackward(
                tools.kernels(),
                dOut,
                saved,
                dimensions.tokens(),
                dimensions.keyValueHeads(),
                sample.window(),
                gradients.of(prefix == null ? null : prefix.keys()),
                gradients.of(prefix == null ? null : prefix.values()));
        rotary.rotateBack(FloatMatrix.of(d[0]));
        NDArray valueClip = operands.values().valueClip();
        return List.of(
                throughNorm(projected.get(0), BlockTensor.QUERY_NORM, d[0], operands),
                throughNorm(projected.get(1), BlockTensor.KEY_NORM, throughStore(d[1], rotary, operands), operands),
                valueCache.backward(d[2], valueClip, gradients.of(valueClip), tools.none()));
    }

    private NDArray throughStore(NDArray dKeys, FusedRotary rotary, StepOperands operands) {
        if (beforeRope) {
            rotary.rotateBack(FloatMatrix.of(dKeys));
        }
        NDArray clip = operands.values().keyClip();
        NDArray d = keyCache.backward(
                dKeys,
                clip,
                operands.gradients().of(clip),
                operands.gradients().of(operands.values().keyOffset()));
        if (!beforeRope) {
            rotary.rotateBack(FloatMatrix.of(d));
        }
        return d;
    }

    private void normed(NDArray projected, NDArray norm, NDArray out) {
        FloatMatrix weight = FloatMatrix.of(norm);
        if (weight.isPresent()) {
            headNorm.forward(heads(projected), weight, heads(out));
        } else {
            FloatMatrix.of(out).copyFrom(FloatMatrix.of(projected));
        }
    }

    private NDArray throughNorm(NDArray projected, BlockTensor norm, NDArray dOut, StepOperands operands) {
        FloatMatrix weight = FloatMatrix.of(operands.parameter(norm));
        if (!weight.isPresent()) {
            return dOut;
        }
        NDArray dProjected = dOut.zerosLike();
        headNorm.backward(
                heads(projected), weight, heads(dOut), heads(dProjected), FloatMatrix.of(operands.gradient(norm)));
        return dProjected;
    }

    private FloatMatrix heads(NDArray array) {
        return FloatMatrix.of(array, dimensions.headSize());
    }
}
