package io.bisup.systemtests.load;

import io.bisup.contract.Json;
import io.bisup.systemtests.suite.RunningSuite;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executors;

/** Many clients of one service. */
final class Caller implements AutoCloseable {

    static final String JOBS = "/v1/quantization-jobs";

    private final HttpClient client = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .executor(Executors.newVirtualThreadPerTaskExecutor())
            .build();
    private final URI server;
    private final String spec = Json.write(RunningSuite.smallJob(List.of()));

    Caller(URI server) {
        this.server = server;
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(server.resolve(path));
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, HttpResponse.BodyHandler<T> body) {
        try {
            return client.send(request.build(), body);
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Posts a job under a key of its own. */
    HttpResponse<String> submit() {
        return send(
                to(JOBS).header("Content-Type", "application/json")
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .POST(HttpRequest.BodyPublishers.ofString(spec)),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Asks for something, or for news of it. */
    HttpResponse<String> get(String path, String known) {
        return send(to(path).header("If-None-Match", known).GET(), HttpResponse.BodyHandlers.ofString());
    }

    HttpResponse<String> cancel(String id) {
        return send(
                to(JOBS + "/" + id + ":cancel").POST(HttpRequest.BodyPublishers.noBody()),
                HttpResponse.BodyHandlers.ofString());
    }

    @Override
    public void close() {
        client.close();
    }
}
