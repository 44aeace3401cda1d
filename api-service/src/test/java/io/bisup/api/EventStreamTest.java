package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Worker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.common.http.TestHTTPResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Scanner;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Live events: in order, without gaps, resumed where the client stopped. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
@Timeout(60)
class EventStreamTest {

    @Inject
    Worker worker;

    @TestHTTPResource("/v1/quantization-jobs/")
    URI jobs;

    private final HttpClient client =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void followsAJobToItsEndWhileItHappens() throws Exception {
        String id = Inputs.submit(Map.of());
        HttpResponse<InputStream> stream = open(id, null);
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        Thread.startVirtualThread(() -> worker.run(id));
        String all = read(stream);
        List<Long> ids = all.lines()
                .filter(l -> l.startsWith("id:"))
                .map(l -> Long.parseLong(l.substring(3).strip()))
                .toList();
        assertThat(ids).isEqualTo(LongStream.rangeClosed(1, ids.size()).boxed().toList());
        assertThat(all).contains("event: BLOCK_COMMITTED", "SUCCEEDED");
        assertThat(ids.getLast()).isEqualTo(((Number) given().get(jobs + id).path("lastSequence")).longValue());
    }

    @Test
    void resumesAfterTheLastEventSeen() throws Exception {
        String id = Inputs.submit(Map.of());
        worker.run(id);
        long last = ((Number) given().get(jobs + id).path("lastSequence")).longValue();
        List<String> rest =
                read(open(id, "3")).lines().filter(l -> l.startsWith("id:")).toList();
        assertThat(rest).hasSize((int) last - 3);
        assertThat(rest.getFirst().substring(3).strip()).isEqualTo("4");
        assertThat(open(id, Long.toString(last)).statusCode()).isEqualTo(204);
    }

    @Test
    void anIdleStreamCarriesComments() throws Exception {
        String id = Inputs.submit(Map.of());
        try (Scanner lines = new Scanner(open(id, "1").body(), StandardCharsets.UTF_8)) {
            assertThat(lines.findWithinHorizon(":\\s*heartbeat", 0)).isNotNull();
            assertThat(lines.findWithinHorizon(":\\s*heartbeat", 0)).isNotNull();
        }
    }

    @Test
    void refusesNonsense() throws Exception {
        String id = Inputs.submit(Map.of());
        HttpResponse<InputStream> answer = open(id, "minus one");
        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("application/problem+json");
        assertThat(open("019aa9c2-7c10-7a31-b6f0-2d9c51e00000", null).statusCode())
                .isEqualTo(404);
    }

    private HttpResponse<InputStream> open(String id, String last) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(jobs.resolve(id + "/events")).header("Accept", "text/event-stream");
        if (last != null) {
            request.header("Last-Event-ID", last);
        }
        return client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
    }

    private static String read(HttpResponse<InputStream> stream) throws Exception {
        assertThat(stream.statusCode()).isEqualTo(200);
        try (InputStream in = stream.body()) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
