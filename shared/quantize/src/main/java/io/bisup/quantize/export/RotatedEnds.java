package io.bisup.quantize.export;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDScope;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.DType;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorSources;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.tensor.TensorRuntime;
import io.bisup.llm.tensor.Tensors;
import io.bisup.llm.transform.ChannelMap;
import io.bisup.llm.transform.Diagonal;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Embedding and head on a rotated residual stream (QuaRot, arXiv 2404.00456, §3.1): E Q, and W diag(γ) Q with the final norm's γ,
 * which becomes 1. Computed some rows at a time: tables of large vocabularies are huge.
 */
final class RotatedEnds {

    private static final long ROWS = 4096;

    private final TensorRuntime runtime;
    private final Checkpoint checkpoint;
    private final ChannelMap residual;
    private final EndsType type;

    RotatedEnds(TensorRuntime runtime, Checkpoint checkpoint, ChannelMap residual, EndsType type) {
        this.runtime = runtime;
        this.checkpoint = checkpoint;
        this.residual = residual;
        this.type = type;
    }

    List<TensorSource> tensors(DecoderConfig config) {
        String head = config.tiedEmbeddings() ? ModelTensors.EMBEDDING : ModelTensors.HEAD;
        float[] norm = checkpoint.tensor(ModelTensors.FINAL_NORM).toFloats();
        float[] ones = new float[norm.length];
        java.util.Arrays.fill(ones, 1);
        return List.of(
                rotated(ModelTensors.EMBEDDING, checkpoint.tensor(ModelTensors.EMBEDDING), null),
                TensorSource.of(
                        ModelTensors.FINAL_NORM,
                        DType.F32,
                        List.of((long) ones.length),
                        java.lang.foreign.MemorySegment.ofArray(ones)),
                rotated(ModelTensors.HEAD, checkpoint.tensor(head), norm));
    }

    private TensorSource rotated(String name, TensorView table, float @Nullable [] gamma) {
        DType stored = switch (type) {
            case FLOAT32 -> DType.F32;
            case BFLOAT16 -> DType.BF16;
        };
        return new TensorSource(name, stored, table.shape(), sink -> write(table, gamma, sink));
    }

    private void write(TensorView table, float @Nullable [] gamma, TensorSource.Sink sink) throws IOException {
        long rows = table.shape().getFirst();
        long width = table.shape().getLast();
        for (long first = 0; first < rows; first += ROWS) {
            try (NDScope scope = new NDScope()) {
                scope.suppressNotUsedWarning();
                NDArray piece = rotate(table, first, Math.min(ROWS, rows - first), width, gamma);
                TensorSource source = switch (type) {
                    case FLOAT32 -> TensorSources.of("piece", piece);
                    case BFLOAT16 -> TensorSources.bfloat16("piece", piece);
                };
                source.content().writeTo(sink);
            }
        }
    }

    private NDArray rotate(TensorView table, long first, long count, long width, float @Nullable [] gamma) {
        long start = first * width;
        NDArray rows = Tensors.decoded(
                runtime.manager(),
                new Shape(count, width),
                DataType.FLOAT32,
                (from, length, target) -> table.decodeFloats(start + from, length, target));
        NDArray fused = gamma == null
                ? rows
                : new Diagonal(Tensors.floats(runtime.manager(), gamma, width)).columns(runtime.kernels(), rows);
        return residual.columns(runtime.kernels(), fused);
    }
}
