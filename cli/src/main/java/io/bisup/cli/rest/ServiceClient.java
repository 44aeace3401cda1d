package io.bisup.cli.rest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The service's API over HttpURLConnection, which starts in a third of java.net.http's time. Answers are read leniently: a
 * newer service may say more than this client knows.
 */
public final class ServiceClient {

    private static final ObjectMapper LENIENT = new ObjectMapper();
    private static final int CONNECT_MILLIS = 5_000;

    private static final Duration LONG_POLL = Duration.ofSeconds(45);
    private static final Duration DOWNLOAD_SILENCE = Duration.ofMinutes(1);
    private final URI server;
    private final @Nullable String key;

    public ServiceClient(URI server) {
        this(server, null);
    }

    /** @param key sent with every request to the service, and to nobody else */
    ServiceClient(URI server, @Nullable String key) {
        this.server = server;
        this.key = key == null || key.isBlank() ? null : key.strip();
    }

    public URI server() {
        return server;
    }

    /** Where {@code path} (absolute, encoded) is. */
    public URI uri(String path) {
        return server.resolve(path);
    }

    public JsonNode get(String path) {
        return exchange("GET", path, Map.of(), null, Duration.ofSeconds(60));
    }

    /** Posts JSON; {@code body} may be null for an action without arguments. */
    public JsonNode post(String path, @Nullable String body, Map<String, String> headers) {
        Body json = body == null ? null : Body.of(body.getBytes(StandardCharsets.UTF_8), "application/json");
        return exchange("POST", path, headers, json, Duration.ofSeconds(60));
    }

    /** Puts the bytes of a file, streamed: its size does not matter. */
    public JsonNode put(String path, Path file, String contentType) {
        return exchange("PUT", path, Map.of(), Body.of(file, contentType), Duration.ofMinutes(30));
    }

    /**
     * A document and what it is known by.
     *
     * @param tag its ETag, or "" when it has none
     */
    public record Tagged(String tag, JsonNode body) {}

    /** Asks for a document, or for its change when one was seen: what was seen comes back when nothing changed in time. */
    public Tagged changed(String path, @Nullable Tagged seen) {
        Map<String, String> known =
                seen == null || seen.tag().isEmpty() ? Map.of() : Map.of("If-None-Match", seen.tag());
        try {
            HttpURLConnection connection = open("GET", path, known, LONG_POLL);
            if (seen != null && connection.getResponseCode() == HttpURLConnection.HTTP_NOT_MODIFIED) {
                return seen;
            }
            check(connection);
            String tag = connection.getHeaderField("ETag");
            try (InputStream in = connection.getInputStream()) {
                return new Tagged(tag == null ? "" : tag, LENIENT.readTree(in));
            }
        } catch (IOException e) {
            throw new UnreachableException(server, e);
        }
    }

    /** Opens a file of the object store by a URL that the service gave; the caller closes it. */
    InputStream download(URI url) {
        try {
            HttpURLConnection connection = (HttpURLConnection) url.toURL().openConnection();
            connection.setConnectTimeout(CONNECT_MILLIS);
            connection.setReadTimeout(Math.toIntExact(DOWNLOAD_SILENCE.toMillis()));
            connection.setInstanceFollowRedirects(false);
            if (connection.getResponseCode() != HttpURLConnection.HTTP_OK) {
                throw new UserErrorException("the object store at " + url.getAuthority() + " answered "
                        + connection.getResponseCode() + ": run the same command again");
            }
            return connection.getInputStream();
        } catch (IOException e) {
            throw new UnreachableException(URI.create(url.getScheme() + "://" + url.getAuthority()), e);
        }
    }

    private JsonNode exchange(
            String method, String path, Map<String, String> headers, @Nullable Body body, Duration timeout) {
        try {
            HttpURLConnection connection = open(method, path, headers, timeout);
            if (body != null) {
                send(connection, body);
            }
            check(connection);
            try (InputStream in = connection.getInputStream()) {
                return LENIENT.readTree(in);
            }
        } catch (IOException e) {
            throw new UnreachableException(server, e);
        }
    }

    private HttpURLConnection open(String method, String path, Map<String, String> headers, Duration timeout)
            throws IOException {
        HttpURLConnection connection = (HttpURLConnection) uri(path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(CONNECT_MILLIS);
        connection.setReadTimeout(Math.toIntExact(timeout.toMillis()));
        connection.setInstanceFollowRedirects(false);
        connection.setRequestProperty("Accept", "application/json");
        headers.forEach(connection::setRequestProperty);
        if (key != null) {
            connection.setRequestProperty("Authorization", "Bearer " + key);
        }
        return connection;
    }

    private static void send(HttpURLConnection connection, Body body) throws IOException {
        connection.setDoOutput(true);
        connection.setFixedLengthStreamingMode(body.bytes());
        connection.setRequestProperty("Content-Type", body.contentType());
        try (OutputStream out = connection.getOutputStream();
                InputStream in = body.source().open()) {
            in.transferTo(out);
        }
    }

    private static void check(HttpURLConnection connection) throws IOException {
        int status = connection.getResponseCode();
        if (status >= 300) {
            throw ServiceException.of(status, problem(connection));
        }
    }

    private static @Nullable JsonNode problem(HttpURLConnection connection) throws IOException {
        String type = connection.getContentType();
        try (InputStream in = connection.getErrorStream()) {
            return in == null || type == null || !type.contains("json") ? null : LENIENT.readTree(in);
        }
    }

    /** Writes an answer for programs: one line, keys sorted. */
    public static String line(JsonNode answer) {
        return Json.write(answer);
    }

    /** What a request carries, and where its bytes come from. */
    private record Body(long bytes, String contentType, Source source) {

        interface Source {
            InputStream open() throws IOException;
        }

        static Body of(byte[] bytes, String contentType) {
            return new Body(bytes.length, contentType, () -> new java.io.ByteArrayInputStream(bytes));
        }

        static Body of(Path file, String contentType) {
            try {
                return new Body(Files.size(file), contentType, () -> Files.newInputStream(file));
            } catch (IOException e) {
                throw new UncheckedIOException("cannot read " + file, e);
            }
        }
    }
}
