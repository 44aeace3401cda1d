package io.bisup.systemtests.load;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;

/** One client that follows a job's events to their end. Both clocks, its own and the database's, are this machine's. */
final class EventFollower implements Runnable {

    private static final String DATA = "data: ";

    private final Caller caller;
    private final String job;
    private final CountDownLatch listening;
    private final Latencies delays;

    EventFollower(Caller caller, String job, CountDownLatch listening, Latencies delays) {
        this.caller = caller;
        this.job = job;
        this.listening = listening;
        this.delays = delays;
    }

    /** Reads until the service closes the stream; only events that happen after its begin are timed. */
    @Override
    public void run() {
        Instant begin = Instant.now();
        HttpResponse<Stream<String>> answer = caller.send(
                caller.to(Caller.JOBS + "/" + job + "/events")
                        .header("Accept", "text/event-stream")
                        .GET(),
                HttpResponse.BodyHandlers.ofLines());
        try (Stream<String> lines = answer.body()) {
            lines.peek(line -> {
                        if (line.startsWith(": begin")) {
                            listening.countDown();
                        }
                    })
                    .filter(line -> line.startsWith(DATA))
                    .map(line -> at(line.substring(DATA.length())))
                    .filter(at -> at.isAfter(begin))
                    .forEach(
                            at -> delays.add(Duration.between(at, Instant.now()).toNanos()));
        }
    }

    private static Instant at(String event) {
        try {
            JsonNode node = Json.mapper().readTree(event);
            return Instant.parse(node.path("at").asText());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
