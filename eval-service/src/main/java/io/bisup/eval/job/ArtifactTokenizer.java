package io.bisup.eval.job;

import io.bisup.contract.ArtifactManifest;
import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.ObjectEntry;
import io.bisup.llm.token.Tokenizer;
import io.bisup.platform.registry.RegisteredModel;
import java.util.List;

/**
 * Whether an artifact has its model's tokenizer. Divergences are computed on the model's token ids, so they cannot tell; programs
 * that load the artifact read its own.
 */
final class ArtifactTokenizer {

    private ArtifactTokenizer() {}

    /**
     * Checks that the artifact's tokenizer files are those of the model, byte for byte, as quantization copies them.
     *
     * @throws FailureException MALFORMED_CHECKPOINT, naming the file and both digests
     */
    static void requireOf(RegisteredModel model, ArtifactManifest artifact) {
        for (String file : List.of(Tokenizer.FILE, Tokenizer.SETTINGS_FILE)) {
            String expected = digest(file, model.files());
            String found = digest(file, artifact.files());
            if (!expected.equals(found)) {
                throw new FailureException(
                        FailureCode.MALFORMED_CHECKPOINT,
                        file + ": the artifact's is not that of its model " + model.name() + " (" + found + ", not "
                                + expected + "); quantize the model again");
            }
        }
    }

    private static String digest(String file, List<ObjectEntry> files) {
        return files.stream()
                .filter(entry -> entry.name().equals(file))
                .map(entry -> "sha256 " + entry.sha256())
                .findFirst()
                .orElse("no such file");
    }
}
