package io.bisup.quantize.export;

import io.bisup.contract.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.List;
import java.util.stream.Stream;

/** One digest of what a model folder says: its configuration, tokenizer and weights. */
public final class FolderDigest {

    private FolderDigest() {}

    /** SHA-256 of the lines "sha256 name\n" of all JSON and safetensors files, sorted by name. */
    public static String sha256(Path folder) {
        StringBuilder lines = new StringBuilder();
        for (Path file : files(folder)) {
            lines.append(digest(file)).append(' ').append(file.getFileName()).append('\n');
        }
        return Digests.sha256(lines.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static List<Path> files(Path folder) {
        try (Stream<Path> all = Files.list(folder)) {
            return all.filter(file ->
                            file.toString().endsWith(".json") || file.toString().endsWith(".safetensors"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot list " + folder, e);
        }
    }

    private static String digest(Path file) {
        MessageDigest digest = Digests.sha256();
        try (InputStream in = Files.newInputStream(file);
                OutputStream sink = new DigestOutputStream(OutputStream.nullOutputStream(), digest)) {
            in.transferTo(sink);
            return Digests.hex(digest.digest());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + file, e);
        }
    }
}
