package io.bisup.llm.fused;

import ai.djl.ndarray.NDArray;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import io.bisup.contract.recipe.Site;
import io.bisup.llm.block.BlockSites;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.block.LowRankBranch;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.kernel.FusedKernels;
import io.bisup.llm.plan.BlockOperands;
import io.bisup.llm.tensor.Kernels;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The gradients of what a block is computed with: zeros at first, and only of what something learnt stands behind. */
final class OperandGradients {
    private final NDArray none;
    private final List<NDArray> operands = new ArrayList<>();
    private final IdentityHashMap<NDArray, NDArray> gradients = new IdentityHashMap<>();

    private OperandGradients(NDArray none) {
        this.none = none;
    }

    /** Zeros for each operand that requires a gradient; tensors of the open scope. */
    static OperandGradients of(Kernels kernels, BlockOperands operands, @Nullable KeyValues prefix, NDArray none) {
        OperandGradients all = new OperandGradients(none);
        for (NDArray operand : inOrder(operands, prefix)) {
            NDArray gradient = all.gradients.containsKey(operand) ? none : FusedKernels.zeroGradient(kernels, operand);
            if (gradient.size() > 0) {
                all.gradients.put(operand, gradient);
                all.operands.add(operand);
            }
        }
        return all;
    }

    /** Always the same order, so that sums of gradients have the same last bits. */
    private static List<NDArray> inOrder(BlockOperands operands, @Nullable KeyValues prefix) {
        List<NDArray> all = new ArrayList<>(operands.weights().tensors().values());
        for (BlockTensor linear : BlockSites.LINEARS) {
            for (BlockOperands.Clip clip : operands.weightClips().getOrDefault(linear, List.of())) {
                all.add(clip.high());
                all.add(clip.low());
            }
            LowRankBranch branch = operands.branches().get(linear);
            if (branch != null) {
                all.add(branch.a());
                all.add(branch.b());
            }
        }
        for (Site site : BlockSites.INPUTS) {
            all.addAll(operands.inputClips().getOrDefault(site, List.of()));
        }
        all.add(operands.keyClip());
        all.add(operands.valueClip());
        if (operands.keyOffset() != null) {
            all.add(operands.keyOffset());
        }
        if (prefix != null) {
            all.add(prefix.keys());
            all.add(prefix.values());
        }
        return all;
    }

    /** The gradient of an operand, to be added to; an empty tensor where none is wanted. */
    NDArray of(@Nullable NDArray operand) {
        return operand == null ? none : gradients.getOrDefault(operand, none);
    }

    /**
     * Carries the gradients from the operands to the parameters that they were made of. Operands share parts of the recorded
     * graph, so it is kept until the scope closes.
     */
    void pullBack() {
        for (NDArray operand : operands) {
            JniUtils.backward((PtNDArray) operand, (PtNDArray) of(operand), true, false);
        }
    }
}
