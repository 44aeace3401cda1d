package io.bisup.llm.artifact;

import io.bisup.contract.FailureCode;
import io.bisup.contract.FailureException;
import io.bisup.contract.InvalidSpecException;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import io.bisup.llm.config.DecoderConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * The sidecar of an artifact: how its tensors are to be read, and what was done.
 *
 * @param format always {@value #FORMAT}
 * @param formatVersion of the tensors' layout
 * @param rounding of values to codes, always half to even
 * @param block how every block's file is to be read
 * @param recipe what was done; nothing of it is needed to run the artifact
 * @param prefixTokenIds tokens whose exact keys and values the blocks' files hold; empty for none
 * @param calibrationSha256 digest of the calibration windows' token ids
 * @param sourceSha256 digest of the model it was made from
 */
public record ArtifactConfig(
        String format,
        int formatVersion,
        String rounding,
        BlockLayout block,
        Recipe recipe,
        List<Long> prefixTokenIds,
        String calibrationSha256,
        String sourceSha256) {

    static final String FORMAT = "bisup";
    static final int FORMAT_VERSION = 2;
    private static final String ROUNDING = "half_even";

    public ArtifactConfig {
        if (!FORMAT.equals(format) || formatVersion != FORMAT_VERSION) {
            throw new InvalidSpecException(
                    "format",
                    "is " + format + " version " + formatVersion,
                    "this release reads " + FORMAT + " versions 1 to " + FORMAT_VERSION);
        }
        prefixTokenIds = List.copyOf(prefixTokenIds);
    }

    /** The sidecar of this release's layout. */
    public static ArtifactConfig of(
            BlockLayout block,
            Recipe recipe,
            List<Long> prefixTokenIds,
            String calibrationSha256,
            String sourceSha256) {
        return new ArtifactConfig(
                FORMAT, FORMAT_VERSION, ROUNDING, block, recipe, prefixTokenIds, calibrationSha256, sourceSha256);
    }

    /** Whether a folder holds an artifact. */
    public static boolean isIn(Path directory) {
        return Files.isRegularFile(directory.resolve(ArtifactFiles.SIDECAR));
    }

    /**
     * Reads the sidecar of an artifact's folder; one of layout 1 is brought to this release's.
     *
     * @throws FailureException when it cannot be read
     */
    public static ArtifactConfig read(Path directory) {
        Path file = directory.resolve(ArtifactFiles.SIDECAR);
        try {
            String text = Files.readString(file);
            return FirstLayout.isIn(text)
                    ? FirstLayout.read(text, DecoderConfig.read(directory))
                    : Json.read(text, ArtifactConfig.class);
        } catch (IOException | InvalidSpecException e) {
            throw new FailureException(
                    FailureCode.MALFORMED_CHECKPOINT, file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** Writes the sidecar; equal values give equal bytes. */
    public void write(Path directory) {
        Path file = directory.resolve(ArtifactFiles.SIDECAR);
        try {
            Files.write(file, (Json.write(this) + "\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file, e);
        }
    }
}
