package io.bisup.llm.quant;

import ai.djl.ndarray.NDArray;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.config.ModelTensors;
import io.bisup.llm.model.BlockSource;
import io.bisup.llm.model.DecoderBlock;
import io.bisup.llm.model.DecoderBlockWeights;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.ModelEnds;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

/**
 * Opens a model folder for inference: a Hugging Face checkpoint as trained, or an artifact with its quantized linears,
 * activations, key-value cache and exact prefix. Small models stay in memory, others are read one block at a time.
 */
public final class ModelLoader {

    /** Float32 bytes of all blocks up to which they stay in memory. */
    private static final long RESIDENT_BYTES = 4L << 30;

    private ModelLoader() {}

    /**
     * Opens a folder; an artifact stands behind its own prefix.
     *
     * @throws RuntimeException naming file, tensor or field when the folder holds no model that can be run
     */
    public static LanguageModel open(Path directory, TensorRuntime runtime) {
        return ArtifactConfig.isIn(directory)
                ? artifact(directory, runtime)
                : checkpoint(directory, runtime, List.of());
    }

    /** Opens a full-precision checkpoint behind a prefix, to compare with an artifact that has one. */
    public static LanguageModel open(Path directory, TensorRuntime runtime, List<Long> prefixTokenIds) {
        return checkpoint(directory, runtime, prefixTokenIds);
    }

    /** The tokens of a folder's prefix; empty for a checkpoint and for an artifact without one. */
    public static List<Long> prefixTokenIds(Path directory) {
        return ArtifactConfig.isIn(directory) ? ArtifactConfig.read(directory).prefixTokenIds() : List.of();
    }

    private static LanguageModel checkpoint(Path directory, TensorRuntime runtime, List<Long> prefix) {
        DecoderConfig config = DecoderConfig.read(directory);
        Checkpoint checkpoint = Checkpoint.open(directory);
        checkpoint.requireMatch(config);
        ModelEnds ends = ModelEnds.load(config, name -> checkpoint.load(name, runtime.manager()));
        BlockSource blocks =
                closing(source(config, layer -> exact(config, checkpoint, runtime, layer)), checkpoint::close);
        if (prefix.isEmpty()) {
            return new LanguageModel(runtime, config, ends, blocks, List.of());
        }
        LanguageModel plain = new LanguageModel(runtime, config, ends, blocks, List.of());
        List<KeyValues> known =
                plain.keyValues(prefix.stream().mapToLong(Long::longValue).toArray());
        return new LanguageModel(runtime, config, ends, blocks, known);
    }

    private static DecoderBlock exact(DecoderConfig config, Checkpoint checkpoint, TensorRuntime runtime, int layer) {
        DecoderBlockWeights weights =
                DecoderBlockWeights.load(config, layer, name -> checkpoint.load(name, runtime.manager()));
        return DecoderBlock.fullPrecision(config, weights, runtime.device().lowPrecision());
    }

    private static LanguageModel artifact(Path directory, TensorRuntime runtime) {
        ArtifactConfig sidecar = ArtifactConfig.read(directory);
        DecoderConfig config = DecoderConfig.read(directory);
        BlockFormats formats = BlockFormats.of(sidecar.recipe());
        ArtifactTensors tensors = ArtifactTensors.open(directory, config);
        QuantizedBlockReader reader = new QuantizedBlockReader(runtime, config, formats, tensors::find);
        ModelEnds ends = ModelEnds.load(config, name -> load(tensors, name, runtime));
        List<KeyValues> prefix = sidecar.prefixTokenIds().isEmpty()
                ? List.of()
                : IntStream.range(0, config.layers())
                        .mapToObj(layer -> reader.prefix(layer).orElseThrow())
                        .toList();
        return new LanguageModel(runtime, config, ends, closing(source(config, reader::block), tensors::close), prefix);
    }

    private static NDArray load(ArtifactTensors tensors, String name, TensorRuntime runtime) {
        return tensors.require(name).load(runtime.manager());
    }

    private static BlockSource source(DecoderConfig config, IntFunction<DecoderBlock> loader) {
        if (blockBytes(config) > RESIDENT_BYTES) {
            return BlockSource.streamed(loader);
        }
        return BlockSource.resident(
                IntStream.range(0, config.layers()).mapToObj(loader).toList());
    }

    private static long blockBytes(DecoderConfig config) {
        return ModelTensors.expected(config).entrySet().stream()
                .filter(entry -> entry.getKey().startsWith("model.layers."))
                .mapToLong(entry -> entry.getValue().stream().reduce((long) Float.BYTES, Math::multiplyExact))
                .sum();
    }

    /** A source that closes the files it reads from together with itself. */
    private static BlockSource closing(BlockSource blocks, Runnable files) {
        return new BlockSource() {
            @Override
            public DecoderBlock acquire(int layer) {
                return blocks.acquire(layer);
            }

            @Override
            public void release(DecoderBlock block) {
                blocks.release(block);
            }

            @Override
            public void close() {
                blocks.close();
                files.run();
            }
        };
    }
}
