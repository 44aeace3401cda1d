package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.hasSize;
import static org.hamcrest.Matchers.not;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Worker;
import io.bisup.contract.Digests;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import jakarta.inject.Inject;
import java.io.InputStream;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Exports: asked for with a job and after it, refused with reasons, listed and downloaded. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class ExportsTest {

    private static final String PORTABLE = "rtn-w4a16-g128";

    @Inject
    Worker worker;

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void aJobsExportsAreCheckedBeforeItIsQueued() {
        job(Map.of("recipe", "bisup-w3a3-g128", "exports", List.of("compressed-tensors")))
                .statusCode(422)
                .body("code", equalTo("UNSUPPORTED_EXPORT"))
                .body("errors.pointer", hasItem("/exports/0"))
                .body("errors[0].message", containsString("compressed-tensors"))
                .body("errors[0].remedy", containsString("the nearest recipe that can is "));
        job(Map.of("recipe", PORTABLE, "exports", List.of("compressed-tensors", "peft")))
                .statusCode(422)
                .body("errors", hasSize(1))
                .body("errors[0].pointer", equalTo("/exports/1"))
                .body("errors[0].message", containsString("/compensation"));
        job(Map.of("exports", List.of("gguf", "gguf"))).statusCode(422).body("errors[0].pointer", equalTo("/exports"));
        job(Map.of("exports", List.of("onnx")))
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/exports/0"))
                .body("errors[0].remedy", containsString("compressed-tensors"));
        job(Map.of("recipe", PORTABLE, "exports", List.of("compressed-tensors")))
                .statusCode(202)
                .body("spec.exports", equalTo(List.of("compressed-tensors")));
    }

    @Test
    void aCheckSaysWhereTheResultCanBeServed() {
        given().contentType("application/json")
                .body(Inputs.spec(Map.of("recipe", PORTABLE)))
                .post("/v1/quantization-jobs?validateOnly=true")
                .then()
                .statusCode(200)
                .body("serving", hasSize(6))
                .body("serving.find { it.format == 'compressed-tensors' }.possible", equalTo(true))
                .body("serving.find { it.format == 'compressed-tensors' }.readers", hasItems("vLLM", "transformers"))
                .body("serving.find { it.format == 'peft' }.possible", equalTo(false))
                .body("serving.find { it.format == 'peft' }.obstacles[0].pointer", equalTo("/compensation"));
    }

    @Test
    void anExportIsAskedForPolledAndDownloaded() throws Exception {
        String job = Inputs.submit(Map.of("recipe", PORTABLE));
        ask(job, "compressed-tensors", key()).statusCode(404);
        worker.run(job);
        ask(job, "peft", key())
                .statusCode(422)
                .body("code", equalTo("UNSUPPORTED_EXPORT"))
                .body("errors[0].pointer", equalTo("/format"));
        String key = key();
        String id = ask(job, "compressed-tensors", key)
                .statusCode(202)
                .header("Location", containsString("/v1/artifacts/" + job + "/exports/"))
                .header("Retry-After", not(equalTo(null)))
                .header("Idempotent-Replayed", equalTo("false"))
                .body("state", equalTo("QUEUED"))
                .extract()
                .path("id");
        ask(job, "compressed-tensors", key).statusCode(202).body("id", equalTo(id));
        ask(job, "compressed-tensors", key())
                .statusCode(202)
                .header("Idempotent-Replayed", equalTo("true"))
                .body("id", equalTo(id));
        ask(job, "hf-fake", key).statusCode(422);
        worker.export();
        String exports = "/v1/artifacts/" + job + "/exports";
        given().get(exports)
                .then()
                .statusCode(200)
                .body("items.id", equalTo(List.of(id)))
                .body("formats", hasSize(6));
        for (String name : List.of(id, "compressed-tensors")) {
            given().get(exports + "/" + name)
                    .then()
                    .statusCode(200)
                    .body("state", equalTo("SUCCEEDED"))
                    .body("files.name", equalTo(List.of("base/config.json", "model.safetensors")))
                    .body("digest", org.hamcrest.Matchers.matchesPattern("[0-9a-f]{64}"));
        }
        given().get(exports + "/gguf").then().statusCode(404);
        given().get(exports + "/" + UUID.randomUUID()).then().statusCode(404);
        String url = given().redirects()
                .follow(false)
                .get(exports + "/" + id + "/files/base/config.json")
                .then()
                .statusCode(307)
                .extract()
                .header("Location");
        assertThat(digest(url)).isEqualTo(Digests.sha256("base/config.json"));
        String other = given().urlEncodingEnabled(false)
                .contentType("application/json")
                .body("{\"file\":\"model.safetensors\"}")
                .post(exports + "/compressed-tensors:download-url")
                .then()
                .statusCode(200)
                .extract()
                .path("url");
        assertThat(digest(other)).isEqualTo(Digests.sha256("model.safetensors"));
        given().get(exports + "/" + id + "/files/nothing").then().statusCode(404);
    }

    @Test
    void anExportCanBeCancelledAndAskedForAgain() {
        String job = Inputs.submit(Map.of("recipe", PORTABLE));
        worker.run(job);
        String first = ask(job, "compressed-tensors", key()).extract().path("id");
        given().urlEncodingEnabled(false)
                .post("/v1/artifacts/" + job + "/exports/" + first + ":cancel")
                .then()
                .statusCode(202)
                .body("state", equalTo("CANCELLED"));
        ask(job, "compressed-tensors", key()).statusCode(202).body("id", not(equalTo(first)));
        worker.export();
        given().contentType("application/json")
                .body("{\"format\":\"compressed-tensors\"}")
                .post("/v1/artifacts/" + job + "/exports")
                .then()
                .statusCode(400)
                .body("code", equalTo("MISSING_IDEMPOTENCY_KEY"));
        ask(job, "onnx", key()).statusCode(422).body("errors[0].pointer", equalTo("/format"));
        given().contentType("application/json")
                .header("Idempotency-Key", key())
                .body("{}")
                .post("/v1/artifacts/" + job + "/exports")
                .then()
                .statusCode(422)
                .body("errors[0].pointer", equalTo("/format"));
    }

    private static String digest(String url) throws Exception {
        try (InputStream in = URI.create(url).toURL().openStream()) {
            return Digests.sha256(in.readAllBytes());
        }
    }

    private static ValidatableResponse job(Map<String, ?> changes) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key())
                .body(Inputs.spec(changes))
                .post("/v1/quantization-jobs")
                .then();
    }

    private static ValidatableResponse ask(String artifact, String format, String key) {
        return given().contentType("application/json")
                .header("Idempotency-Key", key)
                .body(Map.of("format", format))
                .post("/v1/artifacts/" + artifact + "/exports")
                .then();
    }

    private static String key() {
        return UUID.randomUUID().toString();
    }
}
