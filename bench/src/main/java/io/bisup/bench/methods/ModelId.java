package io.bisup.bench.methods;

import io.bisup.llm.config.DecoderConfig;
import io.bisup.quantize.export.FolderDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * A model that rows are measured on.
 *
 * @param name of its folder
 * @param sha256 digest of its configuration, tokenizer and weights
 * @param bytes of its weights as they were published
 */
public record ModelId(String name, String sha256, long bytes) {

    private static final String WEIGHTS = ".safetensors";

    /**
     * The model of a checkpoint folder.
     *
     * @throws io.bisup.llm.config.ModelConfigException if there is no model in it
     */
    public static ModelId of(Path folder) {
        return of(folder, name(folder));
    }

    /** What a folder is called. */
    public static String name(Path folder) {
        return String.valueOf(folder.toAbsolutePath().normalize().getFileName());
    }

    /** The same by a name of one's own. */
    static ModelId of(Path folder, String name) {
        DecoderConfig.read(folder);
        return new ModelId(name, FolderDigest.sha256(folder), bytes(folder, ModelId::isOfCheckpoint));
    }

    /** A folder may hold other tensors than the model's. */
    private static boolean isOfCheckpoint(String name) {
        return name.startsWith("model") && name.endsWith(WEIGHTS);
    }

    /** Size of an artifact's weights. */
    static long artifactBytes(Path artifact) {
        return bytes(artifact, name -> name.endsWith(WEIGHTS));
    }

    private static long bytes(Path folder, Predicate<String> counts) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> counts.test(file.getFileName().toString()))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
