package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.closeTo;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasSize;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Worker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.config.JsonConfig;
import io.restassured.config.RestAssuredConfig;
import io.restassured.path.json.config.JsonPathConfig.NumberReturnType;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs' scores beside one another. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class ComparisonTest {

    @Inject
    Worker worker;

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void anyNumberOfSubjectsStandsBesideTheFirst() {
        String first = evaluated(12.0, "11110000", "11111111");
        String second = evaluated(15.0, "00000000", "11111111");
        String third = evaluated(12.0, "11110000", "11111111");

        compare(List.of(first, second, third), false)
                .statusCode(200)
                .body("reference.id", equalTo(first))
                .body("left", hasSize(0))
                .body("tasks", hasSize(1))
                .body("tasks[0].documents", equalTo(8))
                .body("tasks[0].subjects.subject.id", equalTo(List.of(first, second, third)))
                .body("tasks[0].subjects[1].metrics.acc.value", closeTo(0, 1e-12))
                .body("tasks[0].subjects[1].differences.acc.value", closeTo(-0.5, 1e-12))
                .body("tasks[0].subjects[1].differences.acc.stderr", closeTo(0.188982, 1e-6))
                .body("tasks[0].subjects[1].differences.acc.significant", equalTo(true))
                .body("tasks[0].subjects[2].differences.acc.significant", equalTo(false))
                .body("perplexities[0].subjects[1].ratio", closeTo(1.25, 1e-12))
                .body("perplexities[0].subjects[1].difference.value", closeTo(Math.log(1.25), 1e-12))
                // Two of 68 windows differ by 0.03 more and less than the others: sqrt(2 · 0.03² / 67 / 68).
                .body("perplexities[0].subjects[1].difference.stderr", closeTo(6.2856e-4, 1e-7))
                .body("perplexities[0].subjects[1].difference.significant", equalTo(true))
                .body("perplexities[0].subjects[2].difference.significant", equalTo(false));
    }

    @Test
    void theFirstOnesFpModelCanBeTheReference() {
        String job = evaluated(12.0, "11110000", "11111111");

        compare(List.of(job), true)
                .statusCode(200)
                .body("reference.baseline", equalTo(true))
                .body("tasks[0].subjects.subject.baseline", equalTo(List.of(true, false)))
                .body("tasks[0].subjects[1].differences.acc_norm.value", closeTo(-0.5, 1e-12))
                .body("perplexities[0].subjects[1].ratio", closeTo(1.2, 1e-12));
    }

    @Test
    void whatCannotBeComparedIsListedWithItsReason() {
        String eight = evaluated(12.0, "11110000", "11111111");
        String four = evaluated(13.0, "1111", "1111");

        compare(List.of(eight, four), false)
                .statusCode(200)
                .body("tasks[0].subjects", hasSize(1))
                .body("left", hasSize(1))
                .body("left[0].subject.id", equalTo(four))
                .body("left[0].score", equalTo("piqa on piqa"))
                .body("left[0].reason", equalTo("4 documents against 8"));
    }

    @Test
    void whatTheReferenceLacksIsListedToo() {
        String text = Inputs.submit(Map.of());
        worker.publish(worker.claim(text));
        worker.evaluate(text, 12.0, 10.0);
        String both = evaluated(13.0, "1111", "1111");

        compare(List.of(text, both), false)
                .statusCode(200)
                .body("tasks", hasSize(0))
                .body("perplexities[0].subjects", hasSize(2))
                .body("left", hasSize(1))
                .body("left[0].subject.id", equalTo(both))
                .body("left[0].score", equalTo("piqa on piqa"));
    }

    @Test
    void whoIsNotThereOrHasNoScoresIsNamed() {
        String waiting = Inputs.submit(Map.of());
        String nobody = UUID.randomUUID().toString();

        compare(List.of(waiting, waiting), false)
                .statusCode(404)
                .body("detail", containsString(waiting + " has no scores"));
        compare(List.of(nobody, nobody), false).statusCode(404).body("detail", containsString(nobody));
        compare(List.of(waiting), false).statusCode(400).body("detail", containsString("'subject'"));
        compare(List.of(), true).statusCode(400);
    }

    private String evaluated(double perplexity, String right, String baselineRight) {
        String job = Inputs.submit(Map.of());
        worker.publish(worker.claim(job));
        worker.evaluateWithTask(job, perplexity, right, baselineRight);
        return job;
    }

    private static ValidatableResponse compare(List<String> subjects, boolean baseline) {
        return given().config(RestAssuredConfig.config()
                        .jsonConfig(JsonConfig.jsonConfig().numberReturnType(NumberReturnType.DOUBLE)))
                .queryParam("subject", subjects)
                .queryParam("baseline", baseline)
                .get("/v1/comparisons")
                .then();
    }
}
