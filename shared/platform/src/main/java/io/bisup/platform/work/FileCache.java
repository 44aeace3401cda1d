package io.bisup.platform.work;

import io.bisup.contract.Folders;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Models, artifacts and data sets on local disk, each in a folder named after its digest. A file is there only when it is
 * whole and its digest is right, so a folder found again after a crash is completed, not trusted and not fetched anew.
 * What was used longest ago goes when the limit is passed.
 */
public final class FileCache {

    private final ObjectStore objects;
    private final Path folder;
    private final long limitBytes;
    private final Clock clock;

    /**
     * @param folder of this process alone
     * @param limitBytes of all folders together; what is being fetched is kept whatever its size
     */
    public FileCache(ObjectStore objects, Path folder, long limitBytes, Clock clock) {
        this.objects = objects;
        this.folder = folder;
        this.limitBytes = limitBytes;
        this.clock = clock;
    }

    /**
     * Files that belong together.
     *
     * @param digest names their folder; lower-case hex
     * @param entries which files
     */
    public record Wanted(String digest, List<ObjectEntry> entries) {

        public Wanted {
            if (!digest.matches("[0-9a-f]{64}")) {
                throw new IllegalArgumentException("'" + digest + "' is no SHA-256");
            }
            entries = List.copyOf(entries);
        }

        /** A data set, or anything else that is one object. */
        public static Wanted one(ObjectEntry entry) {
            return new Wanted(entry.sha256(), List.of(entry));
        }

        private long bytes() {
            return entries.stream().mapToLong(ObjectEntry::bytes).sum();
        }
    }

    /**
     * Makes the files of each lie in one folder under their names; none of them goes while others come.
     *
     * @param patience waits where the object store is away or a download breaks off
     * @return the folders, in the same order
     */
    public synchronized List<Path> fetch(List<Wanted> wanted, Patience patience) throws IOException {
        List<Path> targets = new ArrayList<>();
        for (Wanted one : wanted) {
            Path target = Files.createDirectories(folder.resolve(one.digest()));
            Files.setLastModifiedTime(target, FileTime.from(clock.instant()));
            targets.add(target);
        }
        makeRoom(targets, wanted.stream().mapToLong(Wanted::bytes).sum());
        for (int i = 0; i < targets.size(); i++) {
            complete(targets.get(i), wanted.get(i).entries(), patience);
        }
        return targets;
    }

    private void complete(Path target, List<ObjectEntry> entries, Patience patience) throws IOException {
        for (ObjectEntry entry : entries) {
            Path file = target.resolve(entry.name());
            if (!Files.exists(file) || Files.size(file) != entry.bytes()) {
                patience.tell(() -> objects.get(entry, file));
            }
        }
    }

    private void makeRoom(List<Path> keep, long bytes) throws IOException {
        long left = limitBytes - bytes;
        for (Path old : newestFirst()) {
            if (!keep.contains(old)) {
                long size = size(old);
                if (size > left) {
                    Folders.delete(old);
                } else {
                    left -= size;
                }
            }
        }
    }

    private List<Path> newestFirst() throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.sorted(Comparator.comparing(FileCache::usedAt).reversed())
                    .toList();
        }
    }

    private static FileTime usedAt(Path path) {
        try {
            return Files.getLastModifiedTime(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static long size(Path path) throws IOException {
        try (Stream<Path> files = Files.walk(path)) {
            return files.filter(Files::isRegularFile)
                    .mapToLong(f -> f.toFile().length())
                    .sum();
        }
    }
}
