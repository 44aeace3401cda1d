package io.bisup.cli.rest;

import io.bisup.cli.UserErrorException;
import io.bisup.contract.Digests;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A file of a public data set on the Hugging Face hub, {@code hf://datasets/OWNER/NAME[@REVISION]/PATH}.
 *
 * <p>Protocol: {@code GET /datasets/OWNER/NAME/resolve/REVISION/PATH} answers with the file, or sends on to where it lies;
 * {@code X-Linked-Size} and {@code X-Linked-ETag} of the first answer tell the bytes and the SHA-256 of large files, to which what
 * comes is held. No credentials are sent.
 *
 * @param owner of the data set
 * @param name of the data set
 * @param revision branch, tag or commit
 * @param path in the repository
 */
record HubFile(String owner, String name, String revision, String path) {

    static final String SCHEME = "hf://";

    private static final String WORD = "[A-Za-z0-9][A-Za-z0-9._-]*";
    private static final Pattern FORM = Pattern.compile("hf://datasets/(?<owner>" + WORD + ")/(?<name>" + WORD
            + ")(?:@(?<revision>" + WORD + "))?/(?<path>" + WORD + "(?:/" + WORD + ")*)");
    private static final Pattern SHA256 = Pattern.compile("\"?([0-9a-f]{64})\"?");
    private static final int MOST_HOPS = 5;
    private static final int CONNECT_MILLIS = 10_000;
    private static final int SILENCE_MILLIS = 60_000;

    /** What the hub says of a file before it sends it. */
    private record Promise(long bytes, @Nullable String sha256) {}

    /**
     * Reads the form.
     *
     * @throws UserErrorException if the text has another
     */
    static HubFile parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new UserErrorException(
                    text + " is no file on the hub: write hf://datasets/OWNER/NAME[@REVISION]/PATH, such as"
                            + " hf://datasets/allenai/ai2_arc@main/ARC-Easy/test-00000-of-00001.parquet");
        }
        String revision = form.group("revision");
        return new HubFile(
                form.group("owner"), form.group("name"), revision == null ? "main" : revision, form.group("path"));
    }

    /** The file's own name. */
    String fileName() {
        return path.substring(path.lastIndexOf('/') + 1);
    }

    /**
     * Downloads the file.
     *
     * @param endpoint the hub, such as https://huggingface.co
     * @param target file to write
     * @throws UserErrorException if it is not there, cannot be reached, or is not what the hub promised
     */
    void download(URI endpoint, Path target) {
        URI asked = endpoint.resolve("/datasets/" + owner + "/" + name + "/resolve/" + revision + "/" + path);
        try {
            fetch(asked, target);
        } catch (IOException e) {
            throw new UserErrorException(asked + " cannot be downloaded (" + e.getMessage()
                    + "): is the hub reachable from here? --hub or HF_ENDPOINT names another one");
        }
    }

    private static void fetch(URI asked, Path target) throws IOException {
        URI at = asked;
        Promise promise = null;
        for (int hop = 0; hop < MOST_HOPS; hop++) {
            HttpURLConnection connection = open(at);
            try {
                int status = connection.getResponseCode();
                promise = promise == null ? promise(connection) : promise;
                if (status == HttpURLConnection.HTTP_OK) {
                    keep(connection, promise, asked, target);
                    return;
                }
                at = at.resolve(next(connection, status, asked));
            } finally {
                connection.disconnect();
            }
        }
        throw new UserErrorException(asked + " sends on more than " + MOST_HOPS + " times");
    }

    private static HttpURLConnection open(URI at) throws IOException {
        if (!"https".equals(at.getScheme()) && !"http".equals(at.getScheme())) {
            throw new UserErrorException(at + " is no address of the web");
        }
        HttpURLConnection connection = (HttpURLConnection) at.toURL().openConnection();
        connection.setInstanceFollowRedirects(false);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(SILENCE_MILLIS);
        return connection;
    }

    private static Promise promise(HttpURLConnection connection) {
        String tag = connection.getHeaderField("X-Linked-ETag");
        Matcher digest = SHA256.matcher(tag == null ? "" : tag);
        return new Promise(
                connection.getHeaderFieldLong("X-Linked-Size", -1), digest.matches() ? digest.group(1) : null);
    }

    private static String next(HttpURLConnection connection, int status, URI asked) {
        String location = connection.getHeaderField("Location");
        if (status < HttpURLConnection.HTTP_MULT_CHOICE
                || status >= HttpURLConnection.HTTP_BAD_REQUEST
                || location == null) {
            throw new UserErrorException(asked + " answers " + status
                    + (status == HttpURLConnection.HTTP_NOT_FOUND
                            ? ": check the data set, the revision and the path"
                            : status == HttpURLConnection.HTTP_UNAUTHORIZED ? ": only public data sets are read" : ""));
        }
        return location;
    }

    private static void keep(HttpURLConnection connection, Promise promise, URI asked, Path target) throws IOException {
        MessageDigest digest = Digests.sha256();
        long bytes;
        try (InputStream in = connection.getInputStream();
                OutputStream out = new DigestOutputStream(Files.newOutputStream(target), digest)) {
            bytes = in.transferTo(out);
        }
        long length = promise.bytes() >= 0 ? promise.bytes() : connection.getContentLengthLong();
        if (length >= 0 && bytes != length) {
            throw new UserErrorException(asked + " broke off: " + bytes + " of " + length + " bytes came");
        }
        String found = Digests.hex(digest.digest());
        if (promise.sha256() != null && !promise.sha256().equals(found)) {
            throw new UserErrorException(
                    asked + " came with SHA-256 " + found + ", the hub promised " + promise.sha256() + ": try again");
        }
    }
}
