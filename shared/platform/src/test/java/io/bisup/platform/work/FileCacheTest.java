package io.bisup.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.contract.Digests;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.object.ObjectStore;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.work.FileCache.Wanted;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the cache keeps and what it lets go; that it fetches is shown where there is a store. */
class FileCacheTest {

    private static final Patience WAITING = Patience.quiet(() -> {});

    /** In these tests everything wanted is on disk: any use of the store is an error. */
    private static final ObjectStore NO_STORE = (ObjectStore) Proxy.newProxyInstance(
            ObjectStore.class.getClassLoader(), new Class<?>[] {ObjectStore.class}, (proxy, method, arguments) -> {
                throw new AssertionError("the store was asked: " + method.getName());
            });

    @TempDir
    Path folder;

    @Test
    void whatIsThereIsNotFetchedAgain() throws Exception {
        Wanted model = onDisk("model", 100, 1);

        assertThat(cache(1_000).fetch(List.of(model), WAITING)).containsExactly(folder.resolve(model.digest()));
    }

    @Test
    void whatWasUsedLongestAgoGoesFirst() throws Exception {
        Wanted old = onDisk("old", 400, 1);
        Wanted recent = onDisk("recent", 400, 2);
        Wanted wanted = onDisk("wanted", 400, 0);

        cache(1_000).fetch(List.of(wanted), WAITING);

        assertThat(folder.resolve(old.digest())).doesNotExist();
        assertThat(folder.resolve(recent.digest())).exists();
        assertThat(folder.resolve(wanted.digest())).exists();
    }

    @Test
    void whatStillFitsStaysBehindOneThatDoesNot() throws Exception {
        Wanted small = onDisk("small", 100, 1);
        Wanted large = onDisk("large", 900, 2);
        Wanted wanted = onDisk("wanted", 400, 0);

        cache(1_000).fetch(List.of(wanted), WAITING);

        assertThat(folder.resolve(large.digest())).doesNotExist();
        assertThat(folder.resolve(small.digest())).exists();
    }

    @Test
    void whatIsWantedTogetherStaysTogetherWhateverTheLimit() throws Exception {
        List<Wanted> wanted = List.of(onDisk("artifact", 400, 1), onDisk("model", 900, 2));

        assertThat(cache(10).fetch(wanted, WAITING))
                .allSatisfy(path -> assertThat(path).isNotEmptyDirectory());
    }

    private FileCache cache(long limit) {
        return new FileCache(NO_STORE, folder, limit, Clock.systemUTC());
    }

    /** A folder with one file, last used {@code second} seconds after 1970. */
    private Wanted onDisk(String name, int bytes, long second) throws IOException {
        byte[] content = new byte[bytes];
        ObjectEntry entry = new ObjectEntry(name, "models/" + name, bytes, Digests.sha256(name));
        Path target = Files.createDirectories(folder.resolve(entry.sha256()));
        Files.write(target.resolve(name), content);
        Files.setLastModifiedTime(target, FileTime.from(Instant.ofEpochSecond(second)));
        return Wanted.one(entry);
    }
}
