package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Fetches the files of an artifact or an export from the object store by the URLs that the service gives, and checks each by its digest. */
final class ArtifactDownload {

    private static final Pattern FILE =
            Pattern.compile("([A-Za-z0-9_][A-Za-z0-9._-]{0,127}/)?[A-Za-z0-9_][A-Za-z0-9._-]{0,127}");

    private final ServiceClient client;
    private final String path;
    private final JsonNode manifest;

    private ArtifactDownload(ServiceClient client, String path, JsonNode manifest) {
        this.client = client;
        this.path = path;
        this.manifest = manifest;
    }

    /** @param path of a resource with {@code files}, each of which has a {@code :download-url} */
    static ArtifactDownload of(ServiceClient client, String path) {
        return new ArtifactDownload(client, path, client.get(path));
    }

    JsonNode manifest() {
        return manifest;
    }

    /**
     * Brings the folder to hold the files; those that are there with the right digest are kept.
     *
     * @param told each file's name once it is complete
     * @throws UserErrorException when a file arrives with other bytes, or the folder holds another file of that name
     */
    void into(Path folder, Consumer<String> told) {
        try {
            if (manifest.path("files").isEmpty()) {
                throw new UserErrorException("there are no files yet: it is "
                        + manifest.path("state").asText().toLowerCase(Locale.ROOT));
            }
            Files.createDirectories(folder);
            for (JsonNode file : manifest.path("files")) {
                fetch(folder, file.path("name").asText(), file.path("sha256").asText());
                told.accept(file.path("name").asText());
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write to " + folder, e);
        }
    }

    private void fetch(Path folder, String name, String sha256) throws IOException {
        if (!FILE.matcher(name).matches()) {
            throw new UserErrorException("the service names a file '" + name + "', which is no file name");
        }
        Path target = folder.resolve(name);
        if (Files.exists(target)) {
            if (!digest(target).equals(sha256)) {
                throw new UserErrorException(target + " is another file: choose an empty folder with --out");
            }
            return;
        }
        URI url = URI.create(client.post(path + ":download-url", Json.write(Map.of("file", name)), Map.of())
                .path("url")
                .asText());
        Files.createDirectories(target.resolveSibling(""));
        Path part = target.resolveSibling(target.getFileName() + ".part");
        try (DigestInputStream in = new DigestInputStream(client.download(url), Digests.sha256())) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
            if (!Digests.hex(in.getMessageDigest().digest()).equals(sha256)) {
                Files.delete(part);
                throw new UserErrorException(name + " arrived damaged: run the same command again");
            }
        }
        Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
    }

    private static String digest(Path file) throws IOException {
        try (InputStream in = new DigestInputStream(Files.newInputStream(file), Digests.sha256())) {
            in.transferTo(OutputStream.nullOutputStream());
            return Digests.hex(((DigestInputStream) in).getMessageDigest().digest());
        }
    }
}
