package io.bisup.llm.model;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.kernel.LinearKernels;
import io.bisup.llm.tensor.Kernels;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.Tensors;
import java.util.function.Function;

/**
 * What stands before the first and after the last block.
 *
 * @param embedding [vocabulary, hidden]
 * @param finalNorm [hidden]
 * @param head [vocabulary, hidden]; the embedding itself when tied
 */
public record ModelEnds(NDArray embedding, NDArray finalNorm, NDArray head) implements AutoCloseable {
    /**
     * Loads embedding, final norm and, unless it is tied, head. They outlive the open scope and belong to the result;
     * what the source throws is passed on, and nothing stays loaded then.
     *
     * @param source makes a tensor of the shape above from its Hugging Face name
     */
    public static ModelEnds load(DecoderConfig config, Function<String, NDArray> source) {
        try (TensorOwner owner = new TensorOwner()) {
            NDArray embedding = owner.own(source.apply(ModelTensors.EMBEDDING));
            NDArray head = config.tiedEmbeddings() ? embedding : owner.own(source.apply(ModelTensors.HEAD));
            NDArray finalNorm = owner.own(source.apply(ModelTensors.FINAL_NORM));
            return owner.handOver(new ModelEnds(embedding, finalNorm, head));
        }
    }

    /** Hidden states [batch, time, hidden] of token ids, int64 [batch, time]. */
    public NDArray embed(Kernels kernels, NDArray ids) {
        return LinearKernels.embedding(kernels, ids, embedding);
    }

    /**
     * Logits [batch, time, vocabulary] of the last block's output [batch, time, hidden]; always multiplied in the hidden
     * states' precision.
     */
    public NDArray logits(Kernels kernels, DecoderConfig config, NDArray hidden) {
        return Tensors.inScope(() -> {
            NDArray normed = LinearKernels.rmsNorm(kernels, hidden, finalNorm, config.rmsNormEpsilon());
            return LinearKernels.linear(kernels, normed, head, null, false);
        });
    }

    @Override
    public void close() {
        embedding.close();
        finalNorm.close();
        head.close();
    }
}
