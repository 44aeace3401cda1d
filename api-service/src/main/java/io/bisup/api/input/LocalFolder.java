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

/**
 * A folder of this machine. Links lead to files of the folder itself, or to the {@code blobs} of Hugging Face's cache, whose
 * snapshots consist of links; a link elsewhere, a pipe or a device is refused.
 */
final class LocalFolder implements ModelSource {

    /** File systems of the kernel, whose entries are no stored files. */
    private static final List<Path> NO_STORAGE = List.of(Path.of("/proc"), Path.of("/sys"), Path.of("/dev"));

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
        try {
            Path real = folder.toRealPath();
            return new LocalFolder(real, sizes(real));
        } catch (IOException e) {
            throw ProblemException.at(
                    ProblemKind.SOURCE_NOT_READABLE, "/source", "cannot be listed", "check the folder's permissions");
        }
    }

    private static SequencedMap<String, Long> sizes(Path folder) throws IOException {
        SequencedMap<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> list = Files.list(folder)) {
            for (Path file : list.filter(f -> !Files.isDirectory(f)).toList()) {
                String name = file.getFileName().toString();
                if (ModelRegistration.reads(name)) {
                    requireStored(folder, file, name);
                    sizes.put(name, Files.size(file));
                }
            }
        }
        return sizes;
    }

    private static void requireStored(Path folder, Path file, String name) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw refused(name, "is no regular file", "put the file itself there");
        }
        Path real = file.toRealPath();
        Path cache = folder.resolve("../../blobs").normalize();
        boolean inside = real.startsWith(folder) || (Files.isSymbolicLink(file) && real.startsWith(cache));
        if (!inside || NO_STORAGE.stream().anyMatch(real::startsWith)) {
            throw refused(name, "is a link that leads out of the folder", "copy the file into the folder");
        }
    }

    private static ProblemException refused(String name, String message, String remedy) {
        return ProblemException.at(ProblemKind.SOURCE_NOT_ALLOWED, "/source", name + " " + message, remedy);
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
