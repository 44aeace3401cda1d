package io.bisup.platform.object;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.bisup.contract.Digests;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.testing.LocalStackResource;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@QuarkusTest
@QuarkusTestResource(LocalStackResource.class)
class ObjectStoreTest {

    @Inject
    ObjectStore objects;

    @TempDir
    Path folder;

    @Test
    void aFileComesBackAsItWent() throws IOException {
        Path file = folder.resolve("in");
        byte[] bytes = new byte[12_000_001]; // more than two parts of a multipart upload
        new Random(1).nextBytes(bytes);
        Files.write(file, bytes);
        ObjectEntry entry = objects.put(ObjectKeys.attempt(uuid(), 1, "block-0.safetensors"), file);
        assertThat(entry.name()).isEqualTo("block-0.safetensors");
        assertThat(entry.sha256()).isEqualTo(Digests.sha256(bytes));
        objects.get(entry, folder.resolve("out"));
        assertThat(folder.resolve("out")).hasSameBinaryContentAs(file);
        assertThat(objects.range(entry, 12_000_000, 100)).containsExactly(bytes[12_000_000]);
        URI url = objects.presign(entry, Duration.ofMinutes(1));
        try (InputStream in = url.toURL().openStream()) {
            assertThat(in.readAllBytes()).isEqualTo(bytes);
        }
    }

    @Test
    void whatIsNotWhatItsEntrySaysIsCorruptAndLeavesNoFile() {
        ObjectEntry good = objects.put(ObjectKeys.attempt(uuid(), 1, "a"), new byte[] {1, 2, 3});
        ObjectEntry other = new ObjectEntry(good.name(), good.key(), good.bytes(), Digests.sha256("other"));
        Path target = folder.resolve("target");
        assertThatThrownBy(() -> objects.get(other, target))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageContaining(good.key());
        assertThat(folder).isEmptyDirectory();
        ObjectEntry gone =
                new ObjectEntry("b", ObjectKeys.attempt(uuid(), 1, "b").value(), 3, good.sha256());
        assertThatThrownBy(() -> objects.get(gone, target))
                .isInstanceOf(CorruptObjectException.class)
                .hasMessageContaining("gone");
    }

    @Test
    void whatIsAbsentIsAbsent() {
        ObjectKey key = ObjectKeys.manifest(uuid());
        assertThat(objects.exists(key)).isFalse();
        assertThat(objects.read(key)).isEmpty();
        assertThat(objects.putIfAbsent(key, new byte[] {1})).isTrue();
        assertThat(objects.putIfAbsent(key, new byte[] {2})).isFalse();
        assertThat(objects.exists(key)).isTrue();
        assertThat(objects.read(key)).contains(new byte[] {1});
    }

    @Test
    void attemptsAreListed() {
        String job = uuid();
        objects.put(ObjectKeys.attempt(job, 1, "a"), new byte[] {1});
        objects.put(ObjectKeys.attempt(job, 2, "a"), new byte[] {1});
        objects.put(ObjectKeys.attempt(uuid(), 1, "a"), new byte[] {1});
        assertThat(objects.listAttempts(job))
                .containsExactly("jobs/" + job + "/attempts/1/a", "jobs/" + job + "/attempts/2/a");
    }

    /** S-06: each spelling of a way out, plain, behind a name and before one, wherever a name goes. */
    static List<String> ways() {
        List<String> outs = List.of(
                "..",
                "../x",
                "..\\x",
                "/etc",
                "\\x",
                "%2e%2e",
                "%2e%2e%2fx",
                "%2f",
                "a#b",
                "a?b",
                "a\0b",
                "a%00b",
                "a b",
                "\u202ea",
                "a\u202eb",
                "\uff0e\uff0e\uff0fx",
                "\u2025",
                "a\nb",
                "a\rb",
                "a;b",
                "a:b",
                "a*b",
                "~",
                "$x",
                "{x}",
                "\ud800",
                "é");
        return Stream.concat(
                        Stream.of("", " ", ".", ".hidden", "-a", "a".repeat(129), "a".repeat(1_025), "../attempts/1/x"),
                        outs.stream().flatMap(out -> Stream.of(out, "block" + out, out + "block")))
                .filter(way -> !way.equals("block..")) // a name like any other
                .distinct()
                .toList();
    }

    @Test
    void thereAreSixtyWays() {
        assertThat(ways()).hasSizeGreaterThanOrEqualTo(60);
    }

    @ParameterizedTest
    @MethodSource("ways")
    void nobodyPassesAPath(String name) {
        assertThatThrownBy(() -> ObjectKeys.attempt(uuid(), 1, name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("file name");
        assertThatThrownBy(() -> ObjectKeys.model(UUID.randomUUID(), name))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ObjectKeys.dataset(UUID.randomUUID(), name))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ObjectKeys.manifest(name + "/" + uuid())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ObjectKeys.responses(name, "x")).isInstanceOf(IllegalArgumentException.class);
    }

    private static String uuid() {
        return UUID.randomUUID().toString();
    }
}
