package io.bisup.export.gguf;

import io.bisup.contract.recipe.Format;
import io.bisup.export.pack.HalfScales;
import io.bisup.export.source.ArtifactSource;
import io.bisup.export.source.Codes;
import io.bisup.export.source.LinearSource;
import io.bisup.llm.checkpoint.TensorSource;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.BlockTensor;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;

/** The tensors of an artifact under GGUF's names: weights in blocks, everything else as it is stored, norms and biases in float32. */
final class GgufTensors {

    private final ArtifactSource source;
    private final DecoderConfig config;
    private final HalfScales halves;

    GgufTensors(ArtifactSource source, HalfScales halves) {
        this.source = source;
        this.config = source.config();
        this.halves = halves;
    }

    /** The type of a weight's blocks. */
    static GgufType type(Format weights) {
        return switch (weights.bits()) {
            case 3 -> GgufType.Q3_K;
            case 4 -> weights.symmetric() ? GgufType.Q4_0 : GgufType.Q4_1;
            case 5 -> GgufType.Q5_0;
            case 6 -> GgufType.Q6_K;
            case 8 -> GgufType.Q8_0;
            default -> throw new IllegalArgumentException(weights.bits() + " bits have no type");
        };
    }

    List<GgufTensor> all(GgufType type) {
        List<GgufTensor> all = new ArrayList<>();
        all.add(stored(GgufNames.EMBEDDING, ModelTensors.EMBEDDING));
        for (int layer = 0; layer < config.layers(); layer++) {
            for (BlockTensor tensor : BlockTensor.of(config)) {
                if (tensor.shape(config).size() == 1) {
                    all.add(floats(
                            GgufNames.of(tensor, layer), source.artifact().tensor(tensor.name(layer))));
                }
            }
            for (LinearSource linear : source.linears(layer)) {
                all.add(blocks(linear, layer, type));
            }
        }
        all.add(floats(GgufNames.FINAL_NORM, source.artifact().tensor(ModelTensors.FINAL_NORM)));
        if (!config.tiedEmbeddings()) {
            all.add(stored(GgufNames.HEAD, ModelTensors.HEAD));
        }
        float[] factors = GgufModel.ropeFactors(config);
        if (factors.length > 0) {
            all.add(new GgufTensor(
                    GgufNames.ROPE_FACTORS,
                    GgufType.F32,
                    List.of((long) factors.length),
                    sink -> sink.accept(MemorySegment.ofArray(factors))));
        }
        return all;
    }

    private GgufTensor blocks(LinearSource linear, int layer, GgufType type) {
        BlockTensor role = linear.parts().getFirst();
        RowOrder order =
                role == BlockTensor.QUERY || role == BlockTensor.KEY ? GgufModel.headOrder(config) : RowOrder.SAME;
        return new GgufTensor(
                GgufNames.of(role, layer), type, List.of((long) linear.rows(), (long) linear.columns()), sink -> {
                    Codes codes = linear.codes();
                    float[] scales = halves.of(linear.module(), codes);
                    sink.accept(MemorySegment.ofArray(GgufBlocks.pack(type, codes, scales, order)));
                });
    }

    /** llama.cpp computes norms and biases in float32. */
    private static GgufTensor floats(String name, TensorView view) {
        return new GgufTensor(
                name, GgufType.F32, view.shape(), sink -> sink.accept(MemorySegment.ofArray(view.toFloats())));
    }

    private GgufTensor stored(String name, String tensor) {
        TensorView view = source.artifact().tensor(tensor);
        return switch (view.dtype()) {
            case BF16 -> new GgufTensor(name, GgufType.BF16, view.shape(), content(view));
            case F16 -> new GgufTensor(name, GgufType.F16, view.shape(), content(view));
            case F32, F64, BOOL, U8, I8, I16, U16, I32, U32, I64, U64 -> floats(name, view);
        };
    }

    private static TensorSource.Content content(TensorView view) {
        return sink -> sink.accept(view.data());
    }
}
