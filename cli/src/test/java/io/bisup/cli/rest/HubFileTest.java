package io.bisup.cli.rest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bisup.cli.UserErrorException;
import io.bisup.contract.Digests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files of data sets from a server that speaks the hub's protocol. */
class HubFileTest {

    private static final byte[] ROWS = "{\"text\":\"Once upon a time\"}\n".getBytes(StandardCharsets.UTF_8);
    private static final String SHA256 = "5fbb1b2ee60b9e53ad3ec01fc0c4b1d5d3b6fb26b2b7b2a1d5ed6d2f3a5d6a10";
    private static final String SMALL = "/datasets/some/stories/resolve/main/data/small.jsonl";
    private static final String LARGE = "/datasets/some/stories/resolve/v1.0/large.jsonl";

    @TempDir
    Path folder;

    private HttpServer hub;

    @BeforeEach
    void start() throws IOException {
        hub = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hub.createContext("/", exchange -> answer(exchange, 404, Map.of(), new byte[0]));
        hub.start();
    }

    @AfterEach
    void stop() {
        hub.stop(0);
    }

    @Test
    void aSmallFileComesAtOnce() {
        serve(SMALL, 200, Map.of("ETag", "\"0123456789012345678901234567890123456789\""), ROWS);
        assertThat(download("hf://datasets/some/stories/data/small.jsonl")).hasBinaryContent(ROWS);
    }

    @Test
    void aLargeFileComesFromWhereTheHubSendsAndIsHeldToItsDigest() {
        promise(Digests.sha256(ROWS));
        assertThat(download("hf://datasets/some/stories@v1.0/large.jsonl")).hasBinaryContent(ROWS);
    }

    @Test
    void aFileThatIsNotWhatTheHubPromisedIsRefused() {
        promise(SHA256);
        assertThatThrownBy(() -> download("hf://datasets/some/stories@v1.0/large.jsonl"))
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining("the hub promised " + SHA256);
    }

    @Test
    void aFileThatBreaksOffIsRefused() {
        serve(LARGE, 302, Map.of("Location", "/cdn", "X-Linked-Size", "1000"), new byte[0]);
        serve("/cdn", 200, Map.of(), ROWS);
        assertThatThrownBy(() -> download("hf://datasets/some/stories@v1.0/large.jsonl"))
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining("broke off: " + ROWS.length + " of 1000 bytes came");
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        assertThatThrownBy(() -> download("hf://datasets/some/stories/none.jsonl"))
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining("/datasets/some/stories/resolve/main/none.jsonl answers 404")
                .hasMessageContaining("check the data set");
    }

    @Test
    void aHubThatSendsInCirclesEnds() {
        serve(LARGE, 302, Map.of("Location", LARGE), new byte[0]);
        assertThatThrownBy(() -> download("hf://datasets/some/stories@v1.0/large.jsonl"))
                .hasMessageContaining("sends on more than 5 times");
    }

    @Test
    void aHubThatSendsToAFileIsRefused() {
        serve(LARGE, 302, Map.of("Location", "file:///etc/passwd"), new byte[0]);
        assertThatThrownBy(() -> download("hf://datasets/some/stories@v1.0/large.jsonl"))
                .hasMessageContaining("is no address of the web");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf://models/some/one/model.safetensors",
                "hf://datasets/some/stories",
                "hf://datasets/some/stories/../../secret",
                "hf://datasets/some/stories@a?b/x"
            })
    void otherFormsAreRefused(String text) {
        assertThatThrownBy(() -> HubFile.parse(text))
                .isInstanceOf(UserErrorException.class)
                .hasMessageContaining("hf://datasets/OWNER/NAME[@REVISION]/PATH");
    }

    private void promise(String sha256) {
        Map<String, String> headers = Map.of(
                "Location", "/cdn?signed=1", "X-Linked-Size", "" + ROWS.length, "X-Linked-ETag", "\"" + sha256 + "\"");
        serve(LARGE, 302, headers, new byte[0]);
        serve("/cdn", 200, Map.of("ETag", "\"other\""), ROWS);
    }

    private Path download(String text) {
        HubFile file = HubFile.parse(text);
        Path target = folder.resolve(file.fileName());
        file.download(URI.create("http://localhost:" + hub.getAddress().getPort()), target);
        return target;
    }

    private void serve(String path, int status, Map<String, String> headers, byte[] body) {
        hub.createContext(path, exchange -> answer(exchange, status, headers, body));
    }

    private static void answer(HttpExchange exchange, int status, Map<String, String> headers, byte[] body)
            throws IOException {
        try (exchange) {
            headers.forEach((name, value) -> exchange.getResponseHeaders().set(name, value));
            exchange.sendResponseHeaders(status, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
        }
    }
}
