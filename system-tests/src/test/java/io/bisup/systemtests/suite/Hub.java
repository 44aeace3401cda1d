package io.bisup.systemtests.suite;

import com.sun.net.httpserver.HttpServer;
import io.bisup.contract.Digests;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicInteger;

/** A server on this machine that speaks the Hugging Face hub's protocol for one large file: it sends on to where the bytes lie. */
final class Hub implements AutoCloseable {

    private static final String STORE = "/store/1";

    private final HttpServer server;
    private final AtomicInteger sent = new AtomicInteger();

    Hub(String path, byte[] bytes) throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.getResponseHeaders().set("Location", STORE);
                exchange.getResponseHeaders().set("X-Linked-Size", String.valueOf(bytes.length));
                exchange.getResponseHeaders().set("X-Linked-ETag", '"' + Digests.sha256(bytes) + '"');
                exchange.sendResponseHeaders(302, -1);
            }
        });
        server.createContext(STORE, exchange -> {
            try (exchange) {
                exchange.sendResponseHeaders(200, bytes.length);
                exchange.getResponseBody().write(bytes);
                sent.incrementAndGet();
            }
        });
        server.start();
    }

    String address() {
        return "http://localhost:" + server.getAddress().getPort();
    }

    /** How often the bytes were sent. */
    int sent() {
        return sent.get();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
