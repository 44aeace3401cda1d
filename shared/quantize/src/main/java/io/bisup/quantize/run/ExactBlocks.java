package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.block.DecoderBlock;
import io.bisup.llm.block.DecoderBlockWeights;
import io.bisup.llm.fold.Fold;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.transform.ChannelMap;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The full-precision blocks of a run.
 *
 * @param residual rotation of the residual stream that they stand on, or null
 */
record ExactBlocks(
        TensorRuntime runtime,
        QuantizationInput input,
        @Nullable ChannelMap residual) {

    /**
     * A block's parameters, the caller's to close.
     *
     * @throws FailureException when one is not finite
     */
    DecoderBlockWeights weights(int layer) {
        DecoderBlockWeights stored = DecoderBlockWeights.load(input.config(), layer, this::finite);
        if (residual == null) {
            return stored;
        }
        try (NDScope scope = new NDScope()) {
            scope.suppressNotUsedWarning();
            DecoderBlockWeights rotated = Fold.residual(runtime.kernels(), stored, residual);
            rotated.tensors().values().forEach(NDScope::unregister);
            // What the rotation does not touch is the same tensor in both.
            Set<NDArray> kept = Collections.newSetFromMap(new IdentityHashMap<>());
            kept.addAll(rotated.tensors().values());
            stored.tensors().values().stream()
                    .filter(tensor -> !kept.contains(tensor))
                    .forEach(NDArray::close);
            return rotated;
        }
    }

    private NDArray finite(String name) {
        NDArray tensor = input.source().apply(name);
        if (!QuantKernels.isFinite(runtime.kernels(), tensor)) {
            tensor.close();
            throw new FailureException(FailureCode.NON_FINITE_VALUES, name + " holds NaN or infinity");
        }
        return tensor;
    }

    /** The block of given parameters, which it frees on close. */
    DecoderBlock block(int layer, DecoderBlockWeights weights) {
        return DecoderBlock.fullPrecision(input.config(), layer, weights, runtime.lowPrecision());
    }
}
