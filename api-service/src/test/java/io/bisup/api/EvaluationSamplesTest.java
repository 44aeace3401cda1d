package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.nullValue;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Worker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A task's documents, a page at a time. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class EvaluationSamplesTest {

    @Inject
    Worker worker;

    private String evaluation = "";

    /** A perplexity, then a task of seven documents. */
    @BeforeEach
    void evaluate() {
        Inputs.register();
        String job = Inputs.submit(Map.of());
        worker.publish(worker.claim(job));
        worker.evaluateWithTask(job, 12.0, "1010101", "1111110");
        evaluation = given().get("/v1/quantization-jobs/" + job + "/evaluations")
                .then()
                .extract()
                .path("items[0].id");
    }

    @Test
    void pagesFollowOneAnotherToTheLast() {
        page(Map.of("evaluation", 1, "pageSize", 3))
                .statusCode(200)
                .body("items.doc_id", equalTo(List.of(0, 1, 2)))
                .body("items.acc", equalTo(List.of(1f, 0f, 1f)))
                .body("items[0].ll", equalTo(List.of(-1.5f, -2.5f)))
                .body("offset", equalTo(0))
                .body("total", equalTo(7))
                .body("nextOffset", equalTo(3));
        page(Map.of("evaluation", 1, "pageSize", 3, "offset", 3))
                .body("items.doc_id", equalTo(List.of(3, 4, 5)))
                .body("nextOffset", equalTo(6));
        page(Map.of("evaluation", 1, "pageSize", 3, "offset", 6))
                .body("items.doc_id", equalTo(List.of(6)))
                .body("offset", equalTo(6))
                .body("total", equalTo(7))
                .body("nextOffset", nullValue());
        page(Map.of("evaluation", 1, "pageSize", 4, "offset", 3))
                .body("items", hasSize(4))
                .body("nextOffset", nullValue());
    }

    @Test
    void theFpModelsDocumentsAreApart() {
        page(Map.of("evaluation", 1, "baseline", true))
                .statusCode(200)
                .body("items.acc", equalTo(List.of(1f, 1f, 1f, 1f, 1f, 1f, 0f)))
                .body("nextOffset", nullValue());
    }

    @Test
    void behindTheEndThereIsNothing() {
        page(Map.of("evaluation", 1, "offset", 100))
                .statusCode(200)
                .body("items", hasSize(0))
                .body("total", equalTo(7))
                .body("nextOffset", nullValue());
    }

    @Test
    void onlyTasksHaveDocuments() {
        page(Map.of()).statusCode(404).body("detail", containsString("evaluation 0 has no samples"));
        page(Map.of("evaluation", 2)).statusCode(404).body("detail", containsString("evaluation 2 has no samples"));
        page(Map.of("evaluation", 1, "pageSize", 0)).statusCode(400).body("detail", containsString("'pageSize'"));
        page(Map.of("evaluation", 1, "offset", -1)).statusCode(400).body("detail", containsString("'offset'"));
    }

    private ValidatableResponse page(Map<String, ?> query) {
        return given().queryParams(query)
                .get("/v1/evaluation-jobs/" + evaluation + "/samples")
                .then();
    }
}
