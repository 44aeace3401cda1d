package io.bisup.cli.local;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.Tensors;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Computes logits one row of the batch at a time: no more than one row of them is ever in memory. */
final class RowLogits {

    private RowLogits() {}

    static void write(LanguageModel model, TokenBatch batch, TensorSource.Sink sink) throws IOException {
        for (long[] row : batch.rows()) {
            try (Arena arena = Arena.ofConfined();
                    NDArray logits = model.forward(row)) {
                MemorySegment bytes = arena.allocate(logits.getShape().size() * Float.BYTES);
                Tensors.copyTo(logits, bytes);
                sink.accept(bytes);
            }
        }
    }
}
