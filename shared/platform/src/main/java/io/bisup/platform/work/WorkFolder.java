package io.bisup.platform.work;

import io.bisup.contract.Folders;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * A folder of this process alone under a folder that processes share: the first one whose lock is free, so that a process
 * that starts again finds what it fetched before. The operating system drops the lock however the process dies.
 */
public final class WorkFolder implements AutoCloseable {

    private static final int MOST = 256;

    private final Path folder;
    private final FileChannel lock;

    private WorkFolder(Path folder, FileChannel lock) {
        this.folder = folder;
        this.lock = lock;
    }

    /** Takes a free folder; unfinished work of its former owner is deleted. */
    public static WorkFolder take(Path shared) throws IOException {
        for (int slot = 0; slot < MOST; slot++) {
            Path folder = Files.createDirectories(shared.resolve("slot-" + slot));
            FileChannel lock = locked(folder.resolve("lock"));
            if (lock != null) {
                WorkFolder taken = new WorkFolder(folder, lock);
                Folders.delete(taken.attempts());
                return taken;
            }
        }
        throw new IOException("all " + MOST + " folders under " + shared + " are in use");
    }

    private static @Nullable FileChannel locked(Path file) throws IOException {
        FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        try {
            if (channel.tryLock() != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            // Another owner in this process, as in tests: as taken as by another process.
        }
        channel.close();
        return null;
    }

    /** Where fetched files are kept over restarts. */
    public Path cache() throws IOException {
        return Files.createDirectories(folder.resolve("cache"));
    }

    /** Where processes that crash leave their reports. */
    public Path crashes() throws IOException {
        return Files.createDirectories(folder.resolve("crashes"));
    }

    /** An empty folder for one attempt. */
    public Path attempt(String id) throws IOException {
        Path attempt = attempts().resolve(id);
        Folders.delete(attempt);
        return Files.createDirectories(attempt);
    }

    /** Remembers what this folder's process works on. */
    public ClaimJournal journal() {
        return new ClaimJournal(folder.resolve("claim.json"));
    }

    private Path attempts() {
        return folder.resolve("attempts");
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
