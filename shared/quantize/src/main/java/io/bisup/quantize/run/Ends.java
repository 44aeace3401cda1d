package io.bisup.quantize.run;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.kernel.QuantKernels;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.quantize.export.EndsType;
import io.bisup.quantize.prefix.PrefixStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The embedding of a run, on the rotated residual stream where the plan rotates it. */
final class Ends implements AutoCloseable {

    private final TensorRuntime runtime;
    private final NDArray table;
    private final @Nullable ChannelMap residual;
    private final EndsType type;

    Ends(TensorRuntime runtime, QuantizationInput input, @Nullable ChannelMap residual) {
        this.runtime = runtime;
        this.table = input.source().apply(ModelTensors.EMBEDDING);
        this.residual = residual;
        this.type = input.ends();
    }

    /** Hidden states before the first block, [1, tokens, hidden], made in the open scope. */
    NDArray embed(long[] ids) {
        return Tensors.inScope(() -> {
            NDArray embedded = LinearKernels.embedding(
                    runtime.kernels(), Tensors.longs(runtime.manager(), ids, 1, ids.length), table);
            return residual == null ? embedded : residual.apply(runtime.kernels(), embedded);
        });
    }

    /** The prefix before the first block, the caller's to close. */
    PrefixStream prefix(List<Long> tokens) {
        long[] ids = tokens.stream().mapToLong(Long::longValue).toArray();
        return new PrefixStream(runtime.kernels(), ids.length == 0 ? null : embed(ids));
    }

    /** Hidden states as the artifact's embedding gives them. */
    NDArray asStored(NDArray hidden) {
        if (residual == null) {
            return hidden;
        }
        return switch (type) {
            case FLOAT32 -> hidden;
            case BFLOAT16 -> QuantKernels.stored(runtime.kernels(), hidden);
        };
    }

    @Override
    public void close() {
        table.close();
    }
}
