package io.bisup.worker.attempt;

import io.bisup.contract.ExportFormat;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.Score;
import io.bisup.contract.recipe.Recipe;
import io.bisup.platform.registry.RegisteredDataset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an attempt's process is to do; it takes one order after the other until one fails. */
public sealed interface AttemptOrder {

    /** What the supervisor sends when a block is committed and the next may begin. */
    String GO_ON = "GO";

    /**
     * Quantize a model.
     *
     * @param model folder of the checkpoint
     * @param modelDigest digest of its files
     * @param recipe how to quantize
     * @param calibration file of the calibration text
     * @param dataset how that file is to be read
     * @param systemPrompt text whose keys and values stay exact where the recipe says so
     * @param evaluationWindow tokens of the longest window that will be scored behind the prefix; 0 for none
     * @param target existing folder that all files are written to
     * @param finished names of the files in it that hold the first blocks, made by earlier attempts
     */
    record Quantize(
            String model,
            String modelDigest,
            Recipe recipe,
            String calibration,
            RegisteredDataset dataset,
            @Nullable String systemPrompt,
            int evaluationWindow,
            String target,
            List<String> finished)
            implements AttemptOrder {

        public Quantize {
            finished = List.copyOf(finished);
        }
    }

    /**
     * Write an artifact in the form of another program.
     *
     * @param format which form
     * @param artifact folder of the artifact
     * @param target folder that appears when all of the export is written
     * @param baseModel the registered name of the model that the artifact was made of
     * @param scores what was measured on the artifact, for the card
     */
    record Export(ExportFormat format, String artifact, String target, String baseModel, List<Score> scores)
            implements AttemptOrder {}

    /** One line. */
    default String line() {
        return getClass().getSimpleName() + " " + Json.write(this);
    }

    /**
     * Reads {@link #line}.
     *
     * @throws InvalidSpecException when it is none
     */
    static AttemptOrder parse(String line) {
        int space = line.indexOf(' ');
        String kind = space < 0 ? line : line.substring(0, space);
        String json = line.substring(space + 1);
        return switch (kind) {
            case "Quantize" -> Json.read(json, Quantize.class);
            case "Export" -> Json.read(json, Export.class);
            default -> throw new InvalidSpecException("", "no order is called " + kind, "see AttemptOrder");
        };
    }
}
