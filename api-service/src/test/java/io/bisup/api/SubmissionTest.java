package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class SubmissionTest {

    private static final String JOBS = "/v1/quantization-jobs";
    private static final int POSTS = Integer.getInteger("bisup.race.posts", 1_000);

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void aGoodSpecIsAcceptedAndQueued() {
        var answer = given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Inputs.spec(Map.of("labels", Map.of("team", "search"))))
                .post(JOBS)
                .then()
                .statusCode(202)
                .header("Retry-After", "2")
                .header("ETag", notNullValue())
                .body("state", equalTo("QUEUED"))
                .body("code", equalTo("W4A4KV4-g128"))
                .body("blocks", equalTo(TinyModel.LAYERS))
                .body("labels.team", equalTo("search"))
                .extract();
        String location = answer.header("Location");
        assertThat(location).endsWith(JOBS + "/" + answer.path("id"));
        given().get(location).then().statusCode(200).body("id", equalTo(answer.path("id")));
        given().get(location + "/events").then().statusCode(200).body("events[0].data.state", equalTo("QUEUED"));
    }

    @Test
    void aKeyIsRequired() {
        given().contentType("application/json")
                .body(Inputs.spec(Map.of()))
                .post(JOBS)
                .then()
                .statusCode(400)
                .contentType("application/problem+json")
                .body("code", equalTo("MISSING_IDEMPOTENCY_KEY"));
    }

    @Test
    void theSameKeyIsTheSameJobAndNoOther() {
        String key = UUID.randomUUID().toString();
        String first = post(key, Inputs.spec(Map.of())).path("id");
        assertThat((String) post(key, Inputs.spec(Map.of())).path("id")).isEqualTo(first);
        given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(Inputs.spec(Map.of("labels", Map.of("other", "body"))))
                .post(JOBS)
                .then()
                .statusCode(422)
                .body("code", equalTo("IDEMPOTENCY_KEY_REUSED"));
    }

    /** */
    @Test
    void aThousandAtOnceMakeOneJob() throws Exception {
        String key = UUID.randomUUID().toString();
        String spec = Inputs.spec(Map.of("labels", Map.of("race", key)));
        AtomicInteger made = new AtomicInteger();
        Callable<String> post = () -> {
            var answer = post(key, spec);
            if (answer.header("Idempotent-Replayed").equals("false")) {
                made.incrementAndGet();
            }
            return answer.asString();
        };
        List<String> bodies = new ArrayList<>();
        try (var threads = Executors.newFixedThreadPool(32)) {
            for (Future<String> answer : threads.invokeAll(Collections.nCopies(POSTS, post))) {
                bodies.add(answer.get());
            }
        }
        assertThat(bodies).hasSize(POSTS).containsOnly(bodies.getFirst());
        assertThat(made).hasValue(1);
        given().queryParam("label", "race=" + key).get(JOBS).then().body("items.size()", equalTo(1));
        given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(Inputs.spec(Map.of()))
                .post(JOBS)
                .then()
                .statusCode(422);
    }

    @Test
    void validateOnlyStoresNothing() {
        given().contentType("application/json")
                .body(Inputs.spec(Map.of("labels", Map.of("only", "validated"))))
                .queryParam("validateOnly", "true")
                .post(JOBS)
                .then()
                .statusCode(200)
                .body("valid", equalTo(true))
                .body("recipe.precision.weights.bits", equalTo(4));
        given().queryParam("label", "only=validated").get(JOBS).then().body("items.size()", equalTo(0));
    }

    private static io.restassured.response.ExtractableResponse<?> post(String key, String spec) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(spec)
                .post(JOBS)
                .then()
                .statusCode(202)
                .extract();
    }
}
