package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.localstack.LocalStackProcess;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** With the stores gone, clients are told to come again: 503, never 500. */
@QuarkusTest
@QuarkusTestResource(value = ApiStack.class, restrictToAnnotatedClass = true)
class OutageTest {

    private static final String DATABASE = "Database connections health check";

    LocalStackProcess stack;

    @Test
    void storesThatAreAway() {
        for (String store : List.of(DATABASE, "object store", "Kafka")) {
            given().get("/q/health/ready")
                    .then()
                    .statusCode(200)
                    .body("checks.find { it.name == '" + store + "' }.status", equalTo("UP"));
        }
        Inputs.register();
        String id = Inputs.submit(Map.of());
        stack.close();
        unavailable("PostgreSQL", given().get("/v1/quantization-jobs/" + id));
        unavailable("PostgreSQL", given().get("/v1/quantization-jobs"));
        unavailable("PostgreSQL", given().urlEncodingEnabled(false).post("/v1/quantization-jobs/" + id + ":cancel"));
        unavailable(
                "PostgreSQL",
                given().contentType("application/json")
                        .header("Idempotency-Key", UUID.randomUUID().toString())
                        .body(Inputs.spec(Map.of()))
                        .post("/v1/quantization-jobs"));
        unavailable("PostgreSQL", given().contentType("text/plain").body("text").put("/v1/datasets/away"));
        unavailable("Kafka", given().get("/v1/admin/dead-letters"));
        given().get("/q/health/live").then().statusCode(200);
        given().get("/q/health/ready")
                .then()
                .statusCode(503)
                .body("checks.find { it.name == '" + DATABASE + "' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'object store' }.status", equalTo("DOWN"))
                .body("checks.find { it.name == 'Kafka' }.status", equalTo("DOWN"));
    }

    private static void unavailable(String store, Response answer) {
        answer.then()
                .statusCode(503)
                .contentType("application/problem+json")
                .header("Retry-After", notNullValue())
                .body("code", equalTo("STORE_UNAVAILABLE"))
                .body("detail", containsString(": " + store + ";"))
                .body("retryable", equalTo(true));
    }
}
