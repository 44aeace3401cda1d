package io.bisup.api.input;

import io.bisup.api.problem.ProblemException;
import io.bisup.api.problem.ProblemKind;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.SequencedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A folder of this machine. Links are followed: Hugging Face's cache consists of them. */
final class LocalFolder implements ModelSource {

    private final Path folder;
    private final SequencedMap<String, Long> sizes;

    private LocalFolder(Path folder, SequencedMap<String, Long> sizes) {
        this.folder = folder;
        this.sizes = Collections.unmodifiableSequencedMap(sizes);
    }

    static LocalFolder open(Path folder) {
        if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
            throw ProblemException.at(
                    ProblemKind.SOURCE_NOT_READABLE,
                    "/source",
                    "names no folder: " + folder,
                    "give the absolute path of a Hugging Face checkpoint folder, as file:/folder");
        }
        try (Stream<Path> list = Files.list(folder)) {
            List<Path> files = list.filter(Files::isRegularFile).toList();
            SequencedMap<String, Long> sizes = new TreeMap<>();
            for (Path file : files) {
                sizes.put(file.getFileName().toString(), Files.size(file));
            }
            return new LocalFolder(folder, sizes);
        } catch (IOException e) {
            throw ProblemException.at(
                    ProblemKind.SOURCE_NOT_READABLE,
                    "/source",
                    "cannot be listed: " + e.getMessage(),
                    "check its permissions");
        }
    }

    @Override
    public SequencedMap<String, Long> sizes() {
        return sizes;
    }

    @Override
    public byte[] range(String file, long offset, int length) {
        try (RandomAccessFile in = new RandomAccessFile(folder.resolve(file).toFile(), "r")) {
            in.seek(offset);
            byte[] bytes = new byte[(int) Math.clamp(in.length() - offset, 0, length)];
            in.readFully(bytes);
            return bytes;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }

    @Override
    public InputStream open(String file) throws IOException {
        return Files.newInputStream(folder.resolve(file));
    }
}
