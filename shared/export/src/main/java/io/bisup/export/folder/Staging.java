package io.bisup.export.folder;

import io.bisup.contract.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import java.util.stream.Stream;

/** A folder in the making, beside its place: what is cut off leaves nothing there that looks whole. */
public final class Staging implements AutoCloseable {

    private final Path folder;
    private final Path target;

    private Staging(Path folder, Path target) {
        this.folder = folder;
        this.target = target;
    }

    /**
     * Makes an empty folder beside the target.
     *
     * @throws IOException when the target exists and is not an empty folder
     */
    public static Staging open(Path target) throws IOException {
        Path place = target.toAbsolutePath().normalize();
        if (Files.exists(place)) {
            requireEmpty(place);
        }
        Path parent = place.resolveSibling("");
        Files.createDirectories(parent);
        Path folder = parent.resolve("." + place.getFileName() + "." + UUID.randomUUID() + ".partial");
        return new Staging(Files.createDirectory(folder), place);
    }

    private static void requireEmpty(Path place) throws IOException {
        if (!Files.isDirectory(place)) {
            throw new IOException(place + " is a file; name a folder that does not exist");
        }
        try (Stream<Path> content = Files.list(place)) {
            if (content.findAny().isPresent()) {
                throw new IOException(place + " is not empty; name a folder that does not exist, or empty it");
            }
        }
    }

    /** Where to write. */
    public Path folder() {
        return folder;
    }

    /** Syncs every file and moves the folder to its place. */
    public void publish() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.force(true);
                }
            }
        }
        Files.deleteIfExists(target);
        Files.move(folder, target, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Deletes what was not published. */
    @Override
    public void close() throws IOException {
        Folders.delete(folder);
    }
}
