package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.startsWith;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.api.testing.Worker;
import io.bisup.platform.job.Claim;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Evaluations without a quantization, and the data sets of tasks. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class EvaluationJobsTest {

    private static final String ROWS = "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n";

    private static final String QUESTION =
            "{\"question\":\"q\",\"subject\":\"law\",\"choices\":[\"w\",\"x\",\"y\",\"z\"],\"answer\":1}\n";
    private static final String DOCUMENTS = "{\"text\":\"once upon a time\"}\n".repeat(20);
    private static final String ARC =
            "{\"question\":\"q\",\"choices\":{\"text\":[\"a\",\"b\"],\"label\":[\"A\",\"B\"]},"
                    + "\"answerKey\":\"A\"}\n";

    @Inject
    Worker worker;

    @BeforeEach
    void register() {
        Inputs.register();
        dataset("piqa", "?format=jsonl&task=piqa", ROWS);
        dataset("mmlu", "?format=jsonl&task=mmlu", QUESTION);
        dataset("documents", "?format=jsonl", DOCUMENTS);
        dataset("arc", "?format=jsonl&task=arc_easy", ARC);
    }

    @Test
    void aJobIsQueuedOnceAKeyAndCanBeCancelled() {
        String key = UUID.randomUUID().toString();
        String spec = "{\"model\":\"tiny\",\"evaluation\":[{\"dataset\":\"piqa\",\"task\":\"piqa\"},"
                + "{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":64}]}";

        String id = post(spec, key)
                .statusCode(202)
                .header("Location", containsString("/v1/evaluation-jobs/"))
                .body("state", equalTo("QUEUED"))
                .body("spec.evaluation[0].harness", equalTo("0.4.9.2+"))
                .extract()
                .path("id");

        post(spec, key).statusCode(202).body("id", equalTo(id));
        post(spec.replace("64", "32"), key).statusCode(422);
        given().get("/v1/evaluation-jobs").then().statusCode(200).body("items.id", hasItem(id));
        given().get("/v1/evaluation-jobs/" + id + "/samples").then().statusCode(404);
        given().get("/v1/evaluation-jobs/" + id + "/results").then().statusCode(200);
        given().urlEncodingEnabled(false)
                .post("/v1/evaluation-jobs/" + id + ":cancel")
                .then()
                .statusCode(202)
                .body("state", equalTo("CANCELLED"));
        given().get("/v1/evaluation-jobs/" + id).then().statusCode(200).body("state", equalTo("CANCELLED"));
        given().get("/v1/evaluation-jobs/" + UUID.randomUUID()).then().statusCode(404);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"dataset\":\"nowhere\",\"task\":\"piqa\"}|/evaluation/0/dataset",
                "{\"dataset\":\"piqa\",\"task\":\"chess\"}|/evaluation/0/task",
                "{\"dataset\":\"wiki\",\"task\":\"piqa\"}|/evaluation/0/dataset",
                "{\"dataset\":\"wiki\",\"protocol\":\"c4-new\",\"window\":64}|/evaluation/0/protocol",
                "{\"dataset\":\"piqa\",\"task\":\"piqa\",\"limit\":0}|/evaluation/0/limit",
                "{\"dataset\":\"piqa\",\"task\":\"piqa\",\"examples\":{\"dataset\":\"piqa\",\"shots\":5}}|/evaluation/0/examples",
                "{\"dataset\":\"mmlu\",\"task\":\"mmlu\",\"examples\":{\"dataset\":\"dev\",\"shots\":5}}|/evaluation/0/examples/dataset",
                "{\"dataset\":\"mmlu\",\"task\":\"mmlu\",\"examples\":{\"dataset\":\"mmlu\",\"shots\":0}}|/evaluation/0/examples/shots",
                "{\"dataset\":\"mmlu\",\"task\":\"mmlu\",\"examples\":{\"dataset\":\"piqa\",\"shots\":5}}|/evaluation/0/examples/dataset",
                "{\"dataset\":\"piqa\",\"task\":\"hellaswag\"}|/evaluation/0/dataset",
                "{\"dataset\":\"documents\",\"task\":\"piqa\"}|/evaluation/0/dataset",
                "{\"dataset\":\"piqa\",\"protocol\":\"gptq\",\"window\":64}|/evaluation/0/dataset",
                "{\"dataset\":\"piqa\",\"protocol\":\"c4-new\",\"window\":64}|/evaluation/0/dataset"
            })
    void whatCannotRunIsRefusedWithItsField(String evaluation, String pointer) {
        post(
                        "{\"model\":\"tiny\",\"evaluation\":[" + evaluation + "]}",
                        UUID.randomUUID().toString())
                .statusCode(422)
                .body("errors[0].pointer", equalTo(pointer));
    }

    @Test
    void arcsTasksShareTheirRowsAndTextsAreReadByEveryProtocol() {
        for (String evaluation : List.of(
                "{\"dataset\":\"arc\",\"task\":\"arc_challenge\"}",
                "{\"dataset\":\"mmlu\",\"task\":\"mmlu\",\"examples\":{\"dataset\":\"mmlu\",\"shots\":1}}",
                "{\"dataset\":\"documents\",\"protocol\":\"c4-old\",\"window\":8}",
                "{\"dataset\":\"documents\",\"protocol\":\"gptq\",\"window\":8}")) {
            post("{\"model\":\"tiny\",\"evaluation\":[" + evaluation + "]}", "k" + UUID.randomUUID())
                    .statusCode(202);
        }
    }

    @Test
    void aSubjectIsOneModelOrOneArtifact() {
        String wiki = "\"evaluation\":[{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":64}]}";
        post("{" + wiki, "k" + UUID.randomUUID()).statusCode(422);
        post("{\"model\":\"nobody\"," + wiki, "k" + UUID.randomUUID())
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/model"));
        post("{\"artifact\":\"" + UUID.randomUUID() + "\"," + wiki, "k" + UUID.randomUUID())
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/artifact"));
    }

    @Test
    void anArtifactIsEvaluatedOnItsOwnOnceItIsPublished() {
        String job = Inputs.submit(Map.of());
        String spec = "{\"artifact\":\"" + job + "\",\"evaluation\":[{\"dataset\":\"piqa\",\"task\":\"piqa\"},"
                + "{\"dataset\":\"wiki\",\"divergence\":\"gptq\",\"window\":64}]}";
        post(spec, "k" + UUID.randomUUID())
                .statusCode(422)
                .body("code", equalTo("ARTIFACT_NOT_FOUND"))
                .body("errors[0].pointer", equalTo("/artifact"))
                .body("errors[0].message", containsString(job));

        worker.publish(worker.claim(job));

        String id = post(spec, "k" + UUID.randomUUID())
                .statusCode(202)
                .body("state", equalTo("QUEUED"))
                .body("spec.artifact", equalTo(job))
                .extract()
                .path("id");
        given().get("/v1/evaluation-jobs/" + id)
                .then()
                .statusCode(200)
                .body("spec.artifact", equalTo(job))
                .body("spec.evaluation[1].divergence", equalTo("gptq"));
    }

    @Test
    void anErrorMapIsThereOnceItWasMeasured() {
        String asked = "{\"dataset\":\"wiki\",\"propagation\":2,\"window\":32}";
        post("{\"model\":\"tiny\",\"evaluation\":[" + asked + "]}", "k" + UUID.randomUUID())
                .statusCode(422)
                .body("errors[0].message", containsString("compares a model with itself"));
        String id = Inputs.submit(Map.of(
                "evaluation",
                List.of(
                        Map.of("dataset", "wiki", "protocol", "gptq", "window", 64),
                        Map.of("dataset", "wiki", "propagation", 2, "window", 32))));
        String address = "/v1/quantization-jobs/" + id + "/error-map";
        given().get(address).then().statusCode(404).body("detail", containsString("\"propagation\": 8"));

        Claim claim = worker.claim(id);
        worker.publish(claim);
        worker.evaluateWithMap(id, 13.4, 11.8);

        given().get(address)
                .then()
                .statusCode(200)
                .body("blocks", hasSize(TinyModel.LAYERS))
                .body("blocks[0].linears.down", equalTo(0.007f))
                .body("horizontal.bins[1].prefix", equalTo(true))
                .body("scales.linears.high", equalTo(1.0f));
        String evaluation = given().get("/v1/quantization-jobs/" + id + "/evaluations")
                .then()
                .body("items[0].scores[1].propagation.windows", equalTo(2))
                .extract()
                .path("items[0].id");
        given().get("/v1/evaluation-jobs/" + evaluation + "/error-map").then().statusCode(200);
        given().get("/v1/quantization-jobs/" + UUID.randomUUID() + "/error-map")
                .then()
                .statusCode(404);
    }

    @Test
    void rowsOfATaskAreCheckedAndFormatsAreSaid() {
        put("bad-rows", "?format=jsonl&task=piqa", ROWS + ROWS.replace("\"label\":0", "\"label\":2"))
                .statusCode(422)
                .body("errors[0].message", startsWith("line 2: field \"label\""));
        put("bad-task", "?format=jsonl&task=chess", ROWS).statusCode(400);
        put("rows-as-documents", "?format=jsonl", ROWS)
                .statusCode(422)
                .body("errors[0].message", startsWith("line 1: field \"text\" is missing"));
        put("blank-lines", "?format=jsonl", "\n{\"text\":\"a\"}\n\n{\"text\":\"b\"}\n\n")
                .statusCode(201);
        put("long-line", "?format=jsonl", "{\"text\":\"" + "b ".repeat(300_000) + "\"}")
                .statusCode(201);
        put("wikitext-lines", "?format=wikitext", " = T = \n \n a\n")
                .statusCode(201)
                .body("format", equalTo("WIKITEXT"));
        put("no-parquet", "?format=parquet", "PAR1").statusCode(422);
    }

    @Test
    void whatIsInADatasetIsKeptAndDoesNotChange() {
        String words = "{\"text\":\"the last word\"}\n";
        put("lambada", "?format=jsonl&task=lambada_openai", words)
                .statusCode(201)
                .body("schema.kind", equalTo("TASK"))
                .body("schema.task", equalTo("lambada_openai"));
        put("lambada", "?format=jsonl&task=lambada_openai", words).statusCode(200);
        put("lambada", "?format=jsonl", words)
                .statusCode(409)
                .contentType("application/problem+json")
                .body("code", equalTo("NAME_TAKEN"))
                .body("errors[0].pointer", equalTo("/schema"))
                .body("errors[0].message", containsString("as rows of lambada_openai, not as documents"))
                .body("errors[0].remedy", startsWith("choose another name"));
        put("as-text", "?format=text", "a line\n").statusCode(201).body("schema.kind", equalTo("TEXT"));
        put("as-text", "?format=wikitext", "a line\n").statusCode(409).body("errors[0].pointer", equalTo("/format"));
        put("as-text", "?format=text", "another\n").statusCode(409).body("errors[0].pointer", equalTo("/name"));
        given().get("/v1/datasets/documents").then().body("schema.kind", equalTo("DOCUMENTS"));
        given().get("/v1/datasets").then().body("items.schema.task", hasItem("arc_easy"));
    }

    private static void dataset(String name, String query, String body) {
        put(name, query, body).statusCode(org.hamcrest.Matchers.anyOf(equalTo(200), equalTo(201)));
    }

    private static ValidatableResponse put(String name, String query, String body) {
        return given().contentType("application/octet-stream")
                .body(body.getBytes(StandardCharsets.UTF_8))
                .put("/v1/datasets/" + name + query)
                .then();
    }

    private static ValidatableResponse post(String spec, String key) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(spec)
                .post("/v1/evaluation-jobs")
                .then();
    }
}
