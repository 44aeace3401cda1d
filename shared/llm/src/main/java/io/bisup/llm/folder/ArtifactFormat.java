package io.bisup.llm.folder;

import io.bisup.llm.artifact.ArtifactConfig;
import io.bisup.llm.artifact.BlockReader;
import io.bisup.llm.block.KeyValues;
import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.checkpoint.ModelMatch;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.model.ModelEnds;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

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
            ModelMatch.checkParameters(config, checkpoint.stored());
            BlockReader reader = new BlockReader(runtime, config, sidecar.block(), checkpoint::find);
            LanguageModel model = new LanguageModel(
                    runtime,
                    config,
                    owner.own(ModelEnds.load(config, name -> checkpoint.load(name, runtime.manager()))),
                    owner.own(ModelSize.blocks(config, reader::block)),
                    prefix(config, sidecar, reader, owner));
            return owner.handOver(new OpenModel(directory, model, sidecar.prefixTokenIds(), checkpoint));
        }
    }

    private static List<KeyValues> prefix(
            DecoderConfig config, ArtifactConfig sidecar, BlockReader reader, TensorOwner owner) {
        List<KeyValues> all = new ArrayList<>();
        if (!sidecar.prefixTokenIds().isEmpty()) {
            for (int layer = 0; layer < config.layers(); layer++) {
                all.add(owner.own(reader.prefix(layer)));
            }
        }
        return all;
    }
}
