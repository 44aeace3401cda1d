package io.bisup.llm.quant;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.llm.checkpoint.SafetensorsFile;
import io.bisup.llm.checkpoint.TensorView;
import io.bisup.llm.config.DecoderConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The memory-mapped tensors of an artifact: one file per block and one for what is not a block. */
final class ArtifactTensors implements AutoCloseable {

    private final List<SafetensorsFile> files;

    private ArtifactTensors(List<SafetensorsFile> files) {
        this.files = files;
    }

    /** Maps every file and checks all headers. */
    static ArtifactTensors open(Path directory, DecoderConfig config) {
        List<SafetensorsFile> files = new ArrayList<>();
        ArtifactTensors tensors = new ArtifactTensors(files);
        try {
            files.add(SafetensorsFile.open(directory.resolve(ArtifactFiles.ENDS)));
            for (int layer = 0; layer < config.layers(); layer++) {
                files.add(SafetensorsFile.open(directory.resolve(ArtifactFiles.block(layer))));
            }
            return tensors;
        } catch (RuntimeException refused) {
            tensors.close();
            throw refused;
        }
    }

    Optional<TensorView> find(String name) {
        return files.stream().flatMap(file -> file.tensor(name).stream()).findFirst();
    }

    TensorView require(String name) {
        return find(name)
                .orElseThrow(() -> new FailureException(
                        FailureCode.MALFORMED_CHECKPOINT,
                        "the artifact lacks tensor " + name + "; make or fetch it again"));
    }

    @Override
    public void close() {
        files.forEach(SafetensorsFile::close);
    }
}
