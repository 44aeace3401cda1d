package io.bisup.contract;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Names the code that computed something: other bytes of a class or a resource are another digest, another build is not. */
public final class CodeDigest {

    private static final int CHARACTERS = 16;

    private CodeDigest() {}

    /**
     * Digest over the names and bytes of every file that lies with these classes, in a jar or in a folder, META-INF left out.
     *
     * @param anchors one class of each module that computes
     * @return 16 hexadecimal digits
     */
    public static String of(Class<?>... anchors) {
        MessageDigest digest = Digests.sha256();
        try {
            for (Class<?> anchor : anchors) {
                for (Map.Entry<String, byte[]> file : files(anchor).entrySet()) {
                    digest.update(file.getKey().getBytes(java.nio.charset.StandardCharsets.UTF_8));
                    digest.update((byte) 0);
                    digest.update(Digests.sha256(file.getValue()).getBytes(java.nio.charset.StandardCharsets.UTF_8));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException("the program's own code cannot be read", e);
        }
        return Digests.hex(digest.digest()).substring(0, CHARACTERS);
    }

    private static SortedMap<String, byte[]> files(Class<?> anchor) throws IOException {
        CodeSource source = anchor.getProtectionDomain().getCodeSource();
        if (source == null) {
            throw new IllegalArgumentException(anchor.getName() + " has no code source");
        }
        Path location = path(source);
        if (Files.isDirectory(location)) {
            return files(List.of(location));
        }
        try (FileSystem jar = FileSystems.newFileSystem(location)) {
            return files(jar.getRootDirectories());
        }
    }

    private static Path path(CodeSource source) {
        try {
            return Path.of(source.getLocation().toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException("code lies at " + source.getLocation(), e);
        }
    }

    private static SortedMap<String, byte[]> files(Iterable<Path> roots) throws IOException {
        SortedMap<String, byte[]> files = new TreeMap<>();
        for (Path root : roots) {
            try (Stream<Path> all = Files.walk(root)) {
                for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                    String name = root.relativize(file).toString().replace('\\', '/');
                    if (!name.startsWith("META-INF/")) {
                        files.put(name, Files.readAllBytes(file));
                    }
                }
            }
        }
        return files;
    }
}
