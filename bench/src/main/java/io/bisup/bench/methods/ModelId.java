package io.bisup.bench.methods;

import io.bisup.llm.config.DecoderConfig;
import io.bisup.quantize.export.FolderDigest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
    static ModelId of(Path folder, String name) {
        DecoderConfig.read(folder);
        return new ModelId(name, FolderDigest.sha256(folder), weightBytes(folder));
    }

    /** Size of the safetensors files of a folder. */
    static long weightBytes(Path folder) {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(file -> file.toString().endsWith(WEIGHTS))
                    .mapToLong(file -> file.toFile().length())
                    .sum();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }
}
