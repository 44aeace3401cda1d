package io.bisup.platform.object;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.bisup.contract.Digests;
import io.bisup.contract.FailureCode;
import io.bisup.contract.ObjectEntry;
import io.bisup.platform.outage.Outages;
import io.bisup.platform.outage.Patience;
import io.bisup.platform.outage.Store;
import io.bisup.platform.work.Failures;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Over a real socket: what the store does wrong is an outage, what the disk does wrong is not. */
class ObjectStoreOutageTest {

    private static final byte[] BODY = "the whole body of an object".getBytes(UTF_8);
    private static final ObjectEntry ENTRY = new ObjectEntry(
            "file", ObjectKeys.dataset(UUID.randomUUID(), "file").value(), BODY.length, Digests.sha256(BODY));

    @TempDir
    Path folder;

    private final AtomicInteger broken = new AtomicInteger();
    private HttpServer server;
    private volatile int status = 200;

    @BeforeEach
    void listen() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::answer);
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("HEAD")) {
                exchange.sendResponseHeaders(200, -1);
            } else if (status != 200) {
                byte[] error = "<Error><Code>InvalidArgument</Code><Message>no</Message></Error>".getBytes(UTF_8);
                exchange.getResponseHeaders().add("Content-Type", "application/xml");
                exchange.sendResponseHeaders(status, error.length);
                exchange.getResponseBody().write(error);
            } else {
                exchange.sendResponseHeaders(200, BODY.length);
                int bytes = broken.getAndDecrement() > 0 ? 5 : BODY.length;
                OutputStream out = exchange.getResponseBody();
                out.write(BODY, 0, bytes);
                out.flush();
            }
        }
    }

    @Test
    void aServerThatIsGoneIsAway() {
        MinioObjectStore objects = store();
        server.stop(0);
        assertThat(catchThrowable(() ->
                        objects.exists(ObjectKeys.manifest(UUID.randomUUID().toString()))))
                .returns(true, e -> Outages.of(e).equals(java.util.Optional.of(Store.OBJECT_STORE)));
    }

    @Test
    void aServerErrorIsAnOutageAndARefusedRequestIsNot() {
        status = 503;
        assertThat(Outages.of(catchThrowable(() -> store().get(ENTRY)))).contains(Store.OBJECT_STORE);
        status = 400;
        assertThat(Outages.of(catchThrowable(() -> store().get(ENTRY)))).isEmpty();
    }

    @Test
    void aBrokenDownloadIsFetchedAgain() throws IOException {
        broken.set(2);
        Path target = folder.resolve("target");
        MinioObjectStore objects = store();
        assertThat(Outages.of(catchThrowable(() -> objects.get(ENTRY, target)))).contains(Store.OBJECT_STORE);
        assertThat(target).doesNotExist();
        Patience.quiet(() -> {}).tell(() -> objects.get(ENTRY, target));
        assertThat(Files.readAllBytes(target)).isEqualTo(BODY);
    }

    @Test
    void aDownloadThatCannotBeWrittenIsNoOutage() {
        assertThatThrownBy(() -> store().get(ENTRY, Path.of("/dev/full/target")))
                .isInstanceOf(IOException.class)
                .satisfies(e -> assertThat(Outages.of(e)).isEmpty());
        assertThat(Failures.of(new IOException("/work/x: No space left on device"), null, null, 1)
                        .code())
                .isEqualTo(FailureCode.DISK_FULL);
    }

    private MinioObjectStore store() {
        String endpoint = "http://127.0.0.1:" + server.getAddress().getPort();
        return new MinioObjectStore(new Bucket(new Settings(endpoint)));
    }

    private record Settings(String endpoint) implements ObjectStoreSettings {
        @Override
        public String accessKey() {
            return "key";
        }

        @Override
        public String secretKey() {
            return "secret-key";
        }

        @Override
        public String bucket() {
            return "bisup";
        }

        @Override
        public String region() {
            return "us-east-1";
        }

        @Override
        public Duration timeout() {
            return Duration.ofSeconds(5);
        }
    }
}
