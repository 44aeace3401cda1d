package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.not;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Worker;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Priority and labels of a job that waits. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class JobChangesTest {

    private static final String JOBS = "/v1/quantization-jobs/";

    @Inject
    Worker worker;

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void aJobThatWaitsGetsAnotherPriorityAndOtherLabels() {
        String id = Inputs.submit(Map.of("priority", "low", "labels", Map.of("team", "search", "run", "1")));
        String tag = tag(id);
        String after = patch(id, tag, "{\"priority\": \"high\", \"labels\": {\"run\": \"2\", \"team\": null}}")
                .statusCode(200)
                .body("priority", equalTo("high"))
                .body("labels", equalTo(Map.of("run", "2")))
                .body("spec.priority", equalTo("high"))
                .extract()
                .header("ETag");
        assertThat(after).isNotEqualTo(tag).isEqualTo(tag(id));
        given().get(JOBS + id + "/queue-context").then().body("priority", equalTo("high"));
        given().get(JOBS + id + "/events").then().body("events[-1].type", equalTo("CHANGED"));
        given().queryParam("label", "run=2").get("/v1/quantization-jobs").then().body("items.id", containsId(id));
        patch(id, after, "{\"priority\": null}").statusCode(200).body("priority", equalTo("normal"));
    }

    @Test
    void theSameKeyIsStillTheSameJob() {
        String key = UUID.randomUUID().toString();
        String spec = Inputs.spec(Map.of("labels", Map.of("once", key)));
        String id = submit(key, spec);
        patch(id, tag(id), "{\"priority\": \"high\"}").statusCode(200);
        assertThat(submit(key, spec)).isEqualTo(id);
    }

    @Test
    void whoHasNotSeenTheJobAsItIsChangesNothing() {
        String id = Inputs.submit(Map.of());
        patch(id, null, "{\"priority\": \"high\"}").statusCode(428).body("code", equalTo("MISSING_IF_MATCH"));
        String tag = tag(id);
        patch(id, tag, "{\"priority\": \"high\"}").statusCode(200);
        patch(id, tag, "{\"priority\": \"low\"}")
                .statusCode(412)
                .contentType("application/problem+json")
                .body("code", equalTo("STALE_VERSION"))
                .body("detail", containsString("read it again"));
        given().get(JOBS + id).then().body("priority", equalTo("high"));
    }

    @Test
    void whatIsComputedCannotBeChanged() {
        String id = Inputs.submit(Map.of());
        refused(id, "{\"model\": \"other\"}", "/model");
        refused(id, "{\"state\": \"SUCCEEDED\"}", "/state");
        refused(id, "{\"tenant\": \"other\"}", "/tenant");
        refused(id, "{\"priority\": \"system\"}", "/priority");
        refused(id, "{\"priority\": 1}", "/priority");
        refused(id, "{\"labels\": {\"run\": 1}}", "/labels/run");
        refused(id, "[]", "");
        patch(id, tag(id), "{").statusCode(400);
        worker.claim(id);
        patch(id, tag(id), "{\"priority\": \"high\"}")
                .statusCode(409)
                .body("code", equalTo("ILLEGAL_TRANSITION"))
                .body("detail", containsString("QUEUED or PAUSED"));
    }

    private static void refused(String id, String changes, String pointer) {
        patch(id, tag(id), changes)
                .statusCode(422)
                .body("errors[0].pointer", equalTo(pointer))
                .body("errors[0].remedy", not(equalTo("")));
    }

    private static org.hamcrest.Matcher<Iterable<? super String>> containsId(String id) {
        return org.hamcrest.Matchers.hasItem(id);
    }

    private static String tag(String id) {
        return given().get(JOBS + id).header("ETag");
    }

    private static String submit(String key, String spec) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(spec)
                .post("/v1/quantization-jobs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    private static ValidatableResponse patch(String id, String tag, String changes) {
        var request = given().contentType("application/merge-patch+json").body(changes);
        return (tag == null ? request : request.header("If-Match", tag))
                .patch(JOBS + id)
                .then();
    }
}
