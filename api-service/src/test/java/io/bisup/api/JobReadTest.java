package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.emptyOrNullString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.everyItem;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.not;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.api.testing.Worker;
import io.bisup.contract.Digests;
import io.bisup.contract.Failure;
import io.bisup.contract.FailureCode;
import io.bisup.contract.Phase;
import io.bisup.platform.job.Claim;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class JobReadTest {

    private static final String JOBS = "/v1/quantization-jobs/";
    private static final List<Map<String, ?>> TASK_AND_DIVERGENCE = List.of(
            Map.of("dataset", "piqa", "task", "piqa"), Map.of("dataset", "wiki", "divergence", "gptq", "window", 64));

    @Inject
    Worker worker;

    @BeforeEach
    void register() {
        Inputs.register();
        Inputs.rows("piqa", "piqa", "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n");
    }

    @Test
    void theWholeLifeOfAJob() throws Exception {
        String id = Inputs.submit(Map.of());
        worker.run(id);
        given().get(JOBS + id)
                .then()
                .body("state", equalTo("SUCCEEDED"))
                .header("Retry-After", nullValue())
                .body("progress.phase", equalTo("PUBLISH"))
                .body("measurements[0].ratio", equalTo((float) (13.412 / 11.807)))
                .body("links.artifact", equalTo("/v1/artifacts/" + id))
                .body("conditions.find { it.type == 'Succeeded' }.status", equalTo("TRUE"));
        given().get(JOBS + id + "/blocks")
                .then()
                .body("size()", equalTo(TinyModel.LAYERS))
                .body("block", contains(0, 1, 2, 3));
        given().get(JOBS + id + "/attempts").then().body("outcome", contains("published"));
        given().get(JOBS + id + "/results").then().body("results[0].quantized.protocol", equalTo("gptq"));
        given().get(JOBS + id + "/progress").then().body("progress.blocksDone", equalTo(TinyModel.LAYERS));
        assertDownload(id);
    }

    @Test
    void anEvaluationWithoutPerplexityIsCompleteWhenItIsMeasured() {
        String id = Inputs.submit(Map.of("evaluation", TASK_AND_DIVERGENCE));
        condition(id, "EvaluationComplete", "FALSE", "NotYet");
        Claim claim = worker.claim(id);
        worker.report(claim, Phase.FETCH, 0);
        worker.publish(claim);
        given().get(JOBS + id).then().body("state", equalTo("EVALUATING"));
        condition(id, "EvaluationComplete", "FALSE", "NotYet");
        worker.evaluateWithDivergence(id, 0.5, "1111", "1111");
        given().get(JOBS + id)
                .then()
                .body("state", equalTo("SUCCEEDED"))
                .body("progress.phase", equalTo("PUBLISH"))
                .body("failure", nullValue());
        condition(id, "EvaluationComplete", "TRUE", "Measured");
        condition(id, "Progressing", "FALSE", "Idle");
    }

    @Test
    void aMissedGateIsAnEvaluationThatIsComplete() {
        String id = Inputs.submit(Map.of("evaluation", TASK_AND_DIVERGENCE, "qualityGate", Map.of("maxMeanKl", 0.1)));
        worker.publish(worker.claim(id));
        worker.evaluateWithDivergence(id, 0.5, "1111", "1111");
        given().get(JOBS + id)
                .then()
                .body("state", equalTo("FAILED"))
                .body("failure.code", equalTo("QUALITY_GATE_MISSED"))
                .body("failure.phase", nullValue())
                .body("progress.phase", equalTo("PUBLISH"));
        condition(id, "EvaluationComplete", "TRUE", "Measured");
        condition(id, "Succeeded", "FALSE", "EndedOtherwise");
    }

    @Test
    void aFailedJobEndsInThePhaseOfItsFailure() {
        String id = Inputs.submit(Map.of());
        Claim claim = worker.claim(id);
        worker.report(claim, Phase.FETCH, 0);
        FailureCode code = FailureCode.MALFORMED_CHECKPOINT;
        worker.fail(claim, new Failure(code, "torn", code.remedy(), Phase.CALIBRATE, null, claim.attempt()));
        given().get(JOBS + id)
                .then()
                .body("state", equalTo("FAILED"))
                .body("failure.phase", equalTo("CALIBRATE"))
                .body("progress.phase", equalTo("CALIBRATE"));
        given().get(JOBS + id + "/attempts").then().body("failure.phase", contains("CALIBRATE"));
        condition(id, "EvaluationComplete", "FALSE", "EndedOtherwise");
        condition(id, "Progressing", "FALSE", "Idle");
    }

    private static void condition(String id, String type, String status, String reason) {
        given().get(JOBS + id)
                .then()
                .body("conditions.find { it.type == '" + type + "' }.status", equalTo(status))
                .body("conditions.find { it.type == '" + type + "' }.reason", equalTo(reason));
    }

    private static void assertDownload(String id) throws Exception {
        given().get("/v1/artifacts/" + id)
                .then()
                .body("files.name", contains("config.json", "model-00001.safetensors"));
        var download = given().urlEncodingEnabled(false)
                .contentType("application/json")
                .body("{\"file\":\"model-00001.safetensors\"}")
                .post("/v1/artifacts/" + id + ":download-url")
                .then()
                .statusCode(200)
                .body("expiresAt", notNullValue())
                .extract();
        String text = given().urlEncodingEnabled(false)
                .get((String) download.path("url"))
                .asString();
        assertThat(Digests.sha256(text)).isEqualTo(download.path("sha256"));
        given().redirects()
                .follow(false)
                .get("/v1/artifacts/" + id + "/files/config.json")
                .then()
                .statusCode(307)
                .header("Location", notNullValue());
        given().get("/v1/artifacts/" + id + "/files/..%2fsecret").then().statusCode(404);
    }

    @Test
    void anUnchangedJobCosts304() {
        String id = Inputs.submit(Map.of());
        String tag = given().get(JOBS + id).then().statusCode(200).extract().header("ETag");
        given().header("If-None-Match", tag)
                .get(JOBS + id)
                .then()
                .statusCode(304)
                .header("ETag", equalTo(tag));
        Claim claim = worker.claim(id);
        worker.report(claim, Phase.FETCH, 0);
        given().header("If-None-Match", tag)
                .get(JOBS + id)
                .then()
                .statusCode(200)
                .body("state", equalTo("RUNNING"))
                .body("progress.phase", equalTo("FETCH"));
    }

    @Test
    void aLongPollAnswersWhenTheJobChanges() {
        String id = Inputs.submit(Map.of());
        String tag = given().get(JOBS + id).header("ETag");
        var answer = CompletableFuture.supplyAsync(
                () -> given().header("If-None-Match", tag).get(JOBS + id + "?wait=20"));
        worker.claim(id);
        var response =
                answer.orTimeout(15, java.util.concurrent.TimeUnit.SECONDS).join();
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat((String) response.path("state")).isEqualTo("RUNNING");
        String now = response.header("ETag");
        given().header("If-None-Match", now).get(JOBS + id + "?wait=1").then().statusCode(304);
    }

    @Test
    void aLateHeartbeatIsTold() {
        String id = Inputs.submit(Map.of());
        Claim claim = worker.claim(id, Duration.ofSeconds(1));
        worker.report(claim, Phase.BLOCKS, 0);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> given().get(JOBS + id + "/progress").then().body("heartbeatLate", equalTo(true)));
    }

    @Test
    void listsAreFilteredAndPaged() {
        String label = UUID.randomUUID().toString();
        List<String> ids = java.util.stream.IntStream.range(0, 3)
                .mapToObj(_ -> Inputs.submit(Map.of("labels", Map.of("list", label))))
                .toList();
        worker.claim(ids.get(1));
        var page = given().queryParam("label", "list=" + label)
                .queryParam("pageSize", 2)
                .get(JOBS.substring(0, JOBS.length() - 1))
                .then()
                .statusCode(200)
                .body("items.id", contains(ids.get(2), ids.get(1)))
                .extract();
        given().queryParam("label", "list=" + label)
                .queryParam("pageToken", (String) page.path("nextPageToken"))
                .get("/v1/quantization-jobs")
                .then()
                .body("items.id", contains(ids.get(0)))
                .body("nextPageToken", nullValue());
        given().queryParam("label", "list=" + label)
                .queryParam("state", "RUNNING,EVALUATING")
                .get("/v1/quantization-jobs")
                .then()
                .body("items.id", contains(ids.get(1)));
    }

    @Test
    void commandsFollowTheStates() {
        String id = Inputs.submit(Map.of());
        given().urlEncodingEnabled(false)
                .post(JOBS + id + ":pause")
                .then()
                .statusCode(202)
                .body("state", equalTo("PAUSED"));
        given().urlEncodingEnabled(false)
                .post(JOBS + id + ":resume")
                .then()
                .statusCode(202)
                .body("state", equalTo("QUEUED"));
        given().urlEncodingEnabled(false)
                .post(JOBS + id + ":cancel")
                .then()
                .statusCode(202)
                .body("state", equalTo("CANCELLED"));
        given().urlEncodingEnabled(false).post(JOBS + id + ":cancel").then().statusCode(202);
        given().urlEncodingEnabled(false)
                .post(JOBS + id + ":resume")
                .then()
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("ILLEGAL_TRANSITION"));
    }

    @Test
    void recipesAndDescription() {
        given().get("/v1/recipes")
                .then()
                .body("items.name", hasItem("bisup-w3a3-g128"))
                .body("items.code", hasItem("W3A3KV3-g128"))
                .body("items.about.purpose", everyItem(not(emptyOrNullString())));
        given().get("/v1/recipes/bisup-quarot-w3a3-g128")
                .then()
                .body("needs", equalTo(List.of("calibration", "training", "prefix")))
                .body("bitsPerWeight", equalTo(3.375f))
                .body("serving.find { it.format == 'compressed-tensors' }.possible", equalTo(false))
                .body(
                        "serving.find { it.format == 'compressed-tensors' }.obstacles.remedy",
                        everyItem(not(emptyOrNullString())))
                .body("transforms[1].rotate.kind", equalTo("hadamard"));
        given().get("/v1/recipe-schema")
                .then()
                .contentType("application/schema+json")
                .body("properties.base.type", equalTo("string"));
        given().get("/v1/recipes/nothing").then().statusCode(404);
        given().get("/q/health/ready").then().statusCode(200);
        String description =
                given().accept("application/json").get("/q/openapi").asString();
        assertThat(description).contains("/v1/quantization-jobs/{id}:cancel", "QuantizationJobSpec", "Idempotency-Key");
    }
}
