package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.endsWith;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.nullValue;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Worker;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.platform.job.Claim;
import io.bisup.platform.job.JobStore;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs that are made from others: clones and retries. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class JobAgainTest {

    private static final String JOBS = "/v1/quantization-jobs/";

    @Inject
    Worker worker;

    @Inject
    JobStore jobs;

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void aCloneIsAnotherJobOfTheSameSpec() {
        String first = Inputs.submit(Map.of("labels", Map.of("team", "search")));
        String key = UUID.randomUUID().toString();
        String clone = post(keyed(key), first, "clone")
                .statusCode(202)
                .header("Location", containsString(JOBS))
                .header("Retry-After", "2")
                .body("state", equalTo("QUEUED"))
                .body("clonedFrom", equalTo(first))
                .body("retryOf", nullValue())
                .body("id", not(equalTo(first)))
                .extract()
                .path("id");
        Object spec = given().get(JOBS + first).path("spec");
        assertThat((Object) given().get(JOBS + clone).path("spec")).isEqualTo(spec);
        given().get(JOBS + clone + "/events").then().body("events[0].data.clonedFrom", equalTo(first));
        post(keyed(key), first, "clone")
                .statusCode(202)
                .header("Idempotent-Replayed", "true")
                .body("id", equalTo(clone));
        post(keyed(key), clone, "clone").statusCode(422).body("code", equalTo("IDEMPOTENCY_KEY_REUSED"));
    }

    @Test
    void aCloneMayDifferAndIsCheckedAnew() {
        String first = Inputs.submit(Map.of("labels", Map.of("team", "search", "run", "1")));
        String changes = """
            {"recipe": "rtn-w3a3-g128", "evaluation": null, "labels": {"run": "2", "team": null}}\
            """;
        String clone = post(fresh().contentType("application/merge-patch+json").body(changes), first, "clone")
                .statusCode(202)
                .body("code", equalTo("W3A3KV3-g128"))
                .body("labels", equalTo(Map.of("run", "2")))
                .body("spec.evaluation", equalTo(List.of()))
                .extract()
                .header("Location");
        given().get(clone).then().body("clonedFrom", equalTo(first));
        refused(first, "{\"recipe\": \"nonsense\"}", "/recipe");
        refused(first, "{\"model\": \"absent\"}", "/model");
        refused(first, "{\"model\": null}", "/model");
        refused(first, "{\"priorityy\": 1}", "/priorityy");
        refused(first, "{\"labels\": {\"\": \"x\"}}", "/labels/");
        refused(first, "[]", "");
        post(fresh().contentType("application/json").body("{"), first, "clone").statusCode(400);
        post(fresh().contentType("text/plain").body("{\"priority\": \"low\"}"), first, "clone")
                .statusCode(415);
        post(given().contentType("application/json"), first, "clone")
                .statusCode(400)
                .body("code", equalTo("MISSING_IDEMPOTENCY_KEY"));
    }

    private static void refused(String id, String changes, String pointer) {
        post(fresh().contentType("application/json").body(changes), id, "clone")
                .statusCode(422)
                .contentType("application/problem+json")
                .body("errors[0].pointer", equalTo(pointer))
                .body("errors[0].remedy", not(equalTo("")));
    }

    @Test
    void aRetryGoesOnBehindTheBlocksOfTheJobThatFailed() {
        String failed = Inputs.submit(Map.of());
        Claim claim = worker.claim(failed);
        worker.commit(claim, 0);
        worker.commit(claim, 1);
        jobs.fail(claim, Failure.of(FailureCode.MALFORMED_CHECKPOINT, "torn"));
        String key = UUID.randomUUID().toString();
        String retry = post(keyed(key), failed, "retry")
                .statusCode(202)
                .header("Location", containsString(JOBS))
                .body("state", equalTo("QUEUED"))
                .body("retryOf", equalTo(failed))
                .body("clonedFrom", nullValue())
                .extract()
                .path("id");
        post(keyed(key), failed, "retry").statusCode(202).body("id", equalTo(retry));
        given().get(JOBS + retry + "/blocks").then().body("attempt", equalTo(List.of(0, 0)));
        given().get(JOBS + retry + "/events").then().body("events[0].data.blocksTakenOver", equalTo(2));
        given().get(JOBS + failed).then().body("state", equalTo("FAILED"));
        Claim second = worker.claim(retry);
        worker.commit(second, 2);
        given().get(JOBS + retry + "/attempts").then().body("resumedFromBlock", equalTo(List.of(2)));
    }

    @Test
    void whatGoesOnOrHasItsResultIsNotRetried() {
        String id = Inputs.submit(Map.of());
        post(fresh(), id, "retry")
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("ILLEGAL_TRANSITION"))
                .body("detail", allOf(containsString("QUEUED"), containsString(":cancel")));
        worker.run(id);
        post(fresh(), id, "retry")
                .statusCode(409)
                .body("detail", endsWith(":clone makes another job of the same spec"));
        post(given(), id, "retry").statusCode(400).body("code", equalTo("MISSING_IDEMPOTENCY_KEY"));
        post(fresh(), UUID.randomUUID().toString(), "retry").statusCode(404);
    }

    private static RequestSpecification fresh() {
        return keyed(UUID.randomUUID().toString());
    }

    private static RequestSpecification keyed(String key) {
        return given().header("Idempotency-Key", key);
    }

    private static ValidatableResponse post(RequestSpecification request, String id, String verb) {
        return request.urlEncodingEnabled(false).post(JOBS + id + ":" + verb).then();
    }
}
