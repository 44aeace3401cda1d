package io.bisup.llm.folder;

import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.ConfigDocument;
import io.bisup.llm.config.ModelConfigException;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.peer.PeerBlocks;
import io.bisup.llm.peer.QuantizedModel;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Path;
import java.util.List;

/** Checkpoints that other tools quantized: config.json has a {@value ConfigDocument#QUANTIZATION}. */
final class PeerFormat implements ModelFormat {

    @Override
    public boolean recognises(Path directory) {
        try {
            return ConfigDocument.read(directory).quantization() != null;
        } catch (ModelConfigException unreadable) {
            return false;
        }
    }

    @Override
    public OpenModel open(Path directory, TensorRuntime runtime) {
        QuantizedModel quantized = QuantizedModel.of(ConfigDocument.read(directory));
        try (TensorOwner owner = new TensorOwner()) {
            Checkpoint checkpoint = owner.own(Checkpoint.open(directory));
            quantized.check(checkpoint.stored());
            PeerBlocks parts = new PeerBlocks(quantized, checkpoint, runtime);
            LanguageModel model = new LanguageModel(
                    runtime,
                    quantized.config(),
                    owner.own(parts.ends()),
                    owner.own(ModelSize.blocks(quantized.config(), parts::block)),
                    List.of());
            return owner.handOver(new OpenModel(directory, model, List.of(), checkpoint));
        }
    }
}
