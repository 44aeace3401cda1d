package io.bisup.api.testing;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.anyOf;
import static org.hamcrest.Matchers.is;

import io.bisup.contract.Json;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

/** What jobs of the tests need, registered through the API; specs over it. */
public final class Inputs {

    private Inputs() {}

    /** Registers the model "tiny" and the data sets "train" and "wiki"; again is a no-op. */
    public static void register() {
        model("tiny", new TinyModel());
        dataset("train", "tales to calibrate on. ".repeat(200));
        dataset("wiki", "facts to evaluate on. ".repeat(200));
    }

    /** The same with an identity: the bearer's tenant gets them. */
    public static void registerAs(String key, TinyModel model) {
        model(given().header("Authorization", "Bearer " + key), "tiny", model);
        for (var dataset : Map.of("train", "tales to calibrate on. ", "wiki", "facts to evaluate on. ")
                .entrySet()) {
            dataset(
                    given().header("Authorization", "Bearer " + key),
                    dataset.getKey(),
                    dataset.getValue().repeat(200));
        }
    }

    public static void model(String name, TinyModel model) {
        model(given(), name, model);
    }

    private static void model(RequestSpecification request, String name, TinyModel model) {
        try {
            String source = model.write(Files.createTempDirectory("tiny-model"));
            request.contentType("application/json")
                    .body(Json.write(Map.of("name", name, "source", source)))
                    .post("/v1/models")
                    .then()
                    .statusCode(anyOf(is(200), is(201)));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static void dataset(String name, String text) {
        dataset(given(), name, text);
    }

    private static void dataset(RequestSpecification request, String name, String text) {
        request.contentType("text/plain; charset=utf-8")
                .body(text)
                .put("/v1/datasets/" + name)
                .then()
                .statusCode(anyOf(is(200), is(201)));
    }

    /** Rows of a task, as JSON lines. */
    public static void rows(String name, String task, String lines) {
        given().contentType("application/octet-stream")
                .body(lines.getBytes(StandardCharsets.UTF_8))
                .put("/v1/datasets/" + name + "?format=jsonl&task=" + task)
                .then()
                .statusCode(anyOf(is(200), is(201)));
    }

    /** A spec that can run, with the fields of {@code changes} put over it; null takes a field away. */
    public static String spec(Map<String, ?> changes) {
        Map<String, Object> spec = new HashMap<>(Map.of(
                "model", "tiny",
                "recipe", "rtn-w4a4-g128",
                "calibrationDataset", "train",
                "calibration", Map.of("samples", 32, "sequenceLength", 64, "seed", 0),
                "evaluation", java.util.List.of(Map.of("dataset", "wiki", "protocol", "gptq", "window", 64))));
        spec.putAll(changes);
        spec.values().removeIf("absent"::equals);
        return Json.write(spec);
    }

    /** Submits a spec under a fresh key and returns the job's id. */
    public static String submit(Map<String, ?> changes) {
        return given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(spec(changes))
                .post("/v1/quantization-jobs")
                .then()
                .statusCode(202)
                .extract()
                .path("id");
    }

    /** A folder for a test's files. */
    public static Path folder() throws IOException {
        return Files.createTempDirectory("api-test");
    }
}
