package io.bisup.api.input;

import io.bisup.api.preflight.Inspection;
import io.bisup.contract.Digests;
import io.bisup.llm.checkpoint.SafetensorsHeader;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A model's folder as far as one must have it to open the model: its small files, and of each file of weights the header in a
 * file of the same size, whose rest is a hole that takes no room. Closing removes it.
 */
final class StagedModel implements AutoCloseable {

    /** Files beyond this size are cut; none of those below is taken at such a size. */
    private static final int MAX_WHOLE = 64 << 20;

    private static final List<String> SIDE_FILES = List.of("config.json", "tokenizer.json", "tokenizer_config.json");

    private final Path folder;
    private final Map<String, String> digests = new HashMap<>();

    private StagedModel(Path folder) {
        this.folder = folder;
    }

    /**
     * Lays the files out.
     *
     * @throws java.io.UncheckedIOException when the source cannot be read
     * @throws IOException when they cannot be written
     */
    static StagedModel of(ModelSource source, Inspection inspection) throws IOException {
        StagedModel staged = new StagedModel(Files.createTempDirectory("bisup-trial"));
        try {
            for (String file : inspection.weightFiles()) {
                staged.stage(source, file);
            }
            for (String file : SIDE_FILES) {
                if (source.sizes().containsKey(file)) {
                    staged.stage(source, file);
                }
            }
            return staged;
        } catch (IOException | RuntimeException e) {
            staged.close();
            throw e;
        }
    }

    private void stage(ModelSource source, String file) throws IOException {
        long size = source.size(file);
        boolean weights = file.endsWith(".safetensors");
        byte[] start = weights ? header(source, file, size) : source.range(file, 0, (int) Math.min(size, MAX_WHOLE));
        try (RandomAccessFile out = new RandomAccessFile(folder.resolve(file).toFile(), "rw")) {
            out.write(start);
            out.setLength(size);
        }
        if (!weights) {
            digests.put(file, Digests.sha256(start));
        }
    }

    private static byte[] header(ModelSource source, String file, long size) {
        byte[] length = source.range(file, 0, SafetensorsHeader.LENGTH_BYTES);
        return source.range(file, 0, SafetensorsHeader.LENGTH_BYTES + SafetensorsHeader.length(length, size, file));
    }

    Path folder() {
        return folder;
    }

    /** SHA-256 by name of the files that were laid out whole. */
    Map<String, String> digests() {
        return Map.copyOf(digests);
    }

    @Override
    public void close() throws IOException {
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path path : walk.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
