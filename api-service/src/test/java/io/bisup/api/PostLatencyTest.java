package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.RawHttp;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** How long a submission takes behind 200 waiting jobs, with relay and sweeper at work and lists being read. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class PostLatencyTest {

    private static final int WAITING = 200;
    private static final int MEASURED = 200;
    private static final int CLIENTS = 4;

    private final HttpClient client = HttpClient.newHttpClient();

    @Test
    void submissionsStayQuickBehindWaitingJobs() throws Exception {
        Inputs.register();
        for (int i = 0; i < WAITING; i++) {
            Inputs.submit(Map.of());
        }
        try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
            List<Callable<Long>> posts = new ArrayList<>();
            for (int i = 0; i < MEASURED; i++) {
                posts.add(this::post);
            }
            List<Long> millis = new ArrayList<>();
            for (Future<Long> post : clients.invokeAll(posts)) {
                millis.add(post.get());
            }
            millis.sort(null);
            System.out.printf(
                    "POST behind %d waiting jobs: p50 %d ms, p99 %d ms, max %d ms%n",
                    WAITING, millis.get(MEASURED / 2), millis.get(MEASURED * 99 / 100), millis.getLast());
            assertThat(millis.get(MEASURED * 99 / 100)).isLessThan(1_000);
        }
        given().get("/v1/quantization-jobs?pageSize=200").then().statusCode(200);
    }

    private long post() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(
                        URI.create("http://localhost:" + RawHttp.port() + "/v1/quantization-jobs"))
                .header("Content-Type", "application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .POST(HttpRequest.BodyPublishers.ofString(Inputs.spec(Map.of())))
                .build();
        long begun = System.nanoTime();
        int status = client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
        assertThat(status).isEqualTo(202);
        return (System.nanoTime() - begun) / 1_000_000;
    }
}
