package io.bisup.llm.folder;

import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.BlockSource;
import io.bisup.llm.model.DecoderBlock;
import io.bisup.llm.model.KeyValues;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.ModelEnds;
import io.bisup.llm.quant.ArtifactConfig;
import io.bisup.llm.quant.BlockFormats;
import io.bisup.llm.quant.QuantizedBlockReader;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;

/** Our own artifacts: packed weights, quantized activations and key-value cache, and an exact prefix. */
final class ArtifactFormat implements ModelFormat {

    @Override
    public boolean recognises(Path directory) {
        return ArtifactConfig.isIn(directory);
    }

    @Override
    public OpenModel open(Path directory, TensorRuntime runtime) {
        ArtifactConfig sidecar = ArtifactConfig.read(directory);
        DecoderConfig config = DecoderConfig.read(directory);
        try (TensorOwner owner = new TensorOwner()) {
            Checkpoint checkpoint = owner.own(Checkpoint.open(directory));
            QuantizedBlockReader reader =
                    new QuantizedBlockReader(runtime, config, BlockFormats.of(sidecar.recipe()), checkpoint::find);
            LanguageModel model = new LanguageModel(
                    runtime,
                    config,
                    owner.own(ModelEnds.load(config, name -> checkpoint.load(name, runtime.manager()))),
                    blocks(config, reader, owner),
                    prefix(config, sidecar, reader, owner));
            return owner.handOver(new OpenModel(directory, model, sidecar.prefixTokenIds(), checkpoint));
        }
    }

    private static BlockSource blocks(DecoderConfig config, QuantizedBlockReader reader, TensorOwner owner) {
        if (!ModelSize.staysInMemory(config)) {
            return BlockSource.streamed(reader::block);
        }
        List<DecoderBlock> all = IntStream.range(0, config.layers())
                .mapToObj(layer -> owner.own(reader.block(layer)))
                .toList();
        return BlockSource.resident(all);
    }

    private static List<KeyValues> prefix(
            DecoderConfig config, ArtifactConfig sidecar, QuantizedBlockReader reader, TensorOwner owner) {
        return sidecar.prefixTokenIds().isEmpty()
                ? List.of()
                : IntStream.range(0, config.layers())
                        .mapToObj(layer -> owner.own(reader.prefix(layer)))
                        .toList();
    }
}
