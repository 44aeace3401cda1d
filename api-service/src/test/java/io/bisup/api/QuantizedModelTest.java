package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.contract.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that another tool quantized is measured, and is no start of a quantization. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class QuantizedModelTest {

    @TempDir
    private Path folder;

    @Test
    void isEvaluatedAndNotQuantizedAgain() throws Exception {
        Inputs.register();
        register("their-gptq", new TinyModel().gptq()).statusCode(201).body("parameters", equalTo(607_360));

        given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body("{\"model\":\"their-gptq\","
                        + "\"evaluation\":[{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":64}]}")
                .post("/v1/evaluation-jobs")
                .then()
                .statusCode(202);
        given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Inputs.spec(Map.of("model", "their-gptq")))
                .post("/v1/quantization-jobs")
                .then()
                .statusCode(422)
                .body("code", equalTo("UNSUPPORTED_ARCHITECTURE"))
                .body("errors.pointer", hasItem("/model"))
                .body("errors.message", hasItem(containsString("in the format gptq")))
                .body("errors.remedy", hasItem(containsString("/v1/evaluation-jobs")));
    }

    @Test
    void isRefusedByTheTensorOrFieldAtFault() throws Exception {
        register("torn", new TinyModel().gptq().without("model.layers.1.mlp.up_proj.scales"))
                .statusCode(422)
                .body("errors.message", hasItem(containsString("model.layers.1.mlp.up_proj.scales")));
        register("their-fp8", new TinyModel().with("quantization_config", Map.of("quant_method", "fp8")))
                .statusCode(422)
                .body("errors.message", hasItem(containsString("quantization_config.quant_method")));
    }

    private ValidatableResponse register(String name, TinyModel model) throws Exception {
        return given().contentType("application/json")
                .body(Json.write(Map.of("name", name, "source", model.write(folder.resolve(name)))))
                .post("/v1/models")
                .then();
    }
}
