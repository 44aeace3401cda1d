package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.notNullValue;

import io.bisup.api.testing.LockedStack;
import io.bisup.contract.Doorbell;
import io.bisup.contract.Json;
import io.bisup.platform.dispatch.Doorbells;
import io.bisup.platform.dispatch.KafkaSettings;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What lies in a doorbell's topic and is no ring is shown to operators, with its reason, and to nobody else. */
@QuarkusTest
@QuarkusTestResource(value = LockedStack.class, restrictToAnnotatedClass = true)
class DeadLettersTest {

    private static final String LETTERS = "/v1/admin/dead-letters";

    @Inject
    Doorbells doorbells;

    @Inject
    KafkaSettings kafka;

    @Test
    void anOperatorReadsWhatWasNoRing() throws Exception {
        bearer(LockedStack.OPERATOR).get(LETTERS).then().statusCode(200).body("items", hasSize(0));
        String key = UUID.randomUUID().toString();
        long first;
        try (var listening =
                doorbells.listen(Doorbell.EVALUATION_JOBS, waited -> Optional.empty(), id -> Optional.empty())) {
            assertThat(listening).isNotNull();
            // The listener makes the topics; a producer waits for them.
            first = send(key, "{\"id\":\"../../etc/passwd\"}");
            send(key, null);
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() ->
                            bearer(LockedStack.OPERATOR).get(LETTERS).then().body("items", hasSize(2)));
        }
        bearer(LockedStack.OPERATOR)
                .get(LETTERS)
                .then()
                .statusCode(200)
                .body("items[0].topic", equalTo(Doorbell.EVALUATION_JOBS))
                .body("items[0].offset", equalTo((int) first))
                .body("items[0].key", equalTo(key))
                .body("items[0].payload", equalTo("{\"id\":\"../../etc/passwd\"}"))
                .body("items[0].reason", containsString("is no id of a job"))
                .body("items[0].at", notNullValue())
                .body("items[1].reason", containsString("has no payload"));
        bearer(LockedStack.OPERATOR)
                .get(LETTERS + "?limit=1")
                .then()
                .body("items.reason", org.hamcrest.Matchers.contains(containsString("has no payload")));
        bearer(LockedStack.OPERATOR).get(LETTERS + "?limit=0").then().statusCode(400);
    }

    @Test
    void aSubmitterDoesNot() {
        bearer(submitter())
                .get(LETTERS)
                .then()
                .statusCode(403)
                .contentType("application/problem+json")
                .body("code", equalTo("FORBIDDEN"));
        given().get(LETTERS).then().statusCode(401);
    }

    private static String submitter() {
        return bearer(LockedStack.OPERATOR)
                .contentType("application/json")
                .body(Json.write(Map.of("tenant", "letters", "name", "test", "role", "submitter")))
                .post("/v1/admin/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    private long send(String key, String payload) throws Exception {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            return producer.send(new ProducerRecord<>(Doorbell.EVALUATION_JOBS, key, payload))
                    .get()
                    .offset();
        }
    }

    private static RequestSpecification bearer(String key) {
        return given().header("Authorization", "Bearer " + key);
    }
}
