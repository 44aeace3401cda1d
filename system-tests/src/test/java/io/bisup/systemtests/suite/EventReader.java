package io.bisup.systemtests.suite;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Follows a job's events as a browser does: where a stream breaks it goes on at the next service, behind the last event seen. */
final class EventReader implements Runnable {

    private static final String ID = "id: ";

    private final Deque<URI> services;
    private final String job;
    private final List<Long> seen = new CopyOnWriteArrayList<>();
    private final AtomicInteger broken = new AtomicInteger();

    EventReader(List<URI> services, String job) {
        this.services = new ArrayDeque<>(services);
        this.job = job;
    }

    /** Reads until a service closes the stream, or the last one breaks it. */
    @Override
    public void run() {
        try (HttpClient client =
                HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
            while (!services.isEmpty() && !readToTheEnd(client, services.removeFirst())) {
                broken.incrementAndGet();
            }
        }
    }

    private boolean readToTheEnd(HttpClient client, URI service) {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        service.resolve("/v1/quantization-jobs/" + job + "/events"))
                .header("Accept", "text/event-stream");
        if (!seen.isEmpty()) {
            request.header("Last-Event-ID", String.valueOf(seen.getLast()));
        }
        try (Stream<String> lines = client.send(request.build(), HttpResponse.BodyHandlers.ofLines())
                .body()) {
            lines.filter(line -> line.startsWith(ID))
                    .forEach(line -> seen.add(Long.parseLong(line.substring(ID.length()))));
            return true;
        } catch (IOException | UncheckedIOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return true;
        }
    }

    /** The sequences of the events seen so far, in their order of arrival. */
    List<Long> seen() {
        return seen;
    }

    /** How many streams broke. */
    int broken() {
        return broken.get();
    }
}
