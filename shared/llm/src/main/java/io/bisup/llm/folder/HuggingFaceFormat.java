package io.bisup.llm.folder;

import io.bisup.llm.checkpoint.Checkpoint;
import io.bisup.llm.config.DecoderConfig;
import io.bisup.llm.model.LanguageModel;
import io.bisup.llm.tensor.TensorOwner;
import io.bisup.llm.tensor.TensorRuntime;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** config.json with safetensors weights, as transformers saves them. */
final class HuggingFaceFormat implements ModelFormat {

    @Override
    public boolean recognises(Path directory) {
        return Files.exists(directory.resolve("config.json"));
    }

    /** Keeps all blocks in memory where they take less than half of it, and reads one at a time otherwise. */
    @Override
    public OpenModel open(Path directory, TensorRuntime runtime) {
        DecoderConfig config = DecoderConfig.read(directory);
        try (TensorOwner owner = new TensorOwner()) {
            Checkpoint checkpoint = owner.own(Checkpoint.open(directory));
            checkpoint.requireMatch(config);
            LanguageModel model = ModelSize.staysInMemory(config)
                    ? LanguageModel.resident(runtime, config, checkpoint)
                    : LanguageModel.streamed(runtime, config, checkpoint);
            return owner.handOver(new OpenModel(directory, model, List.of(), checkpoint));
        }
    }
}
