package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.emptyString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasItems;
import static org.hamcrest.Matchers.not;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What cannot run is refused before it is queued, and the field at fault is named. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class PreflightTest {

    private static final Map<String, Object> RECIPE = Map.of("version", 2, "name", "own", "base", "rtn-w4a4-g128");

    @BeforeEach
    void register() {
        Inputs.register();
    }

    @Test
    void unknownNames() {
        refused(Map.of("model", "nobody", "calibrationDataset", "nothing"), "DATASET_NOT_FOUND")
                .body("errors.pointer", hasItems("/calibrationDataset", "/model"));
        refused(Map.of("recipe", "magic"), "INVALID_SPEC").body("errors.pointer", hasItem("/recipe"));
        refused(Map.of("evaluation", List.of(Map.of("dataset", "nowhere", "window", 64))), "DATASET_NOT_FOUND")
                .body("errors.pointer", hasItem("/evaluation/0/dataset"));
    }

    /** The last group of a row holds what is left. */
    @Test
    void aGroupThatDividesNoWidthIsAccepted() {
        given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Inputs.spec(Map.of(
                        "recipe", with("precision", Map.of("weights", Map.of("scope", Map.of("columns", 96)))))))
                .post("/v1/quantization-jobs")
                .then()
                .statusCode(202);
    }

    @Test
    void whatNoEngineRunsIsNamed() {
        refused(Map.of("recipe", with("compensation", Map.of("rank", 8, "start", "zero"))), "UNSUPPORTED_RECIPE")
                .body("errors.pointer", hasItem("/recipe/compensation/start"));
    }

    /** A document of version 1 is read as it always was. */
    @Test
    void faultsOfAnOlderDocument() {
        Map<String, Object> format = Map.of("bits", 4, "symmetric", true, "group", "128");
        Map<String, Object> old = Map.of("name", "old", "weights", format, "activations", format, "keyValue", format);
        refused(
                        Map.of("recipe", with(old, "lowRank", Map.of("rank", 0, "start", "svd", "learningRate", 1))),
                        "INVALID_SPEC")
                .body("errors.pointer", hasItem("/recipe/lowRank/rank"));
    }

    @Test
    void anUnknownBaseIsNamed() {
        refused(Map.of("recipe", with("base", "rtn-w1a1")), "INVALID_SPEC")
                .body("errors.pointer", hasItem("/recipe/base"));
    }

    @Test
    void aRankAboveTheNarrowSide() {
        Map<String, Object> recipe = new java.util.HashMap<>(RECIPE);
        recipe.put("compensation", Map.of("rank", 65, "start", "svd"));
        recipe.put("learning", Map.of("of", List.of("low_rank"), "epochs", 1));
        refused(Map.of("recipe", recipe), "UNSUPPORTED_RECIPE")
                .body("errors.pointer", hasItem("/recipe/compensation/rank"));
    }

    @Test
    void aPrefixWithoutATokenizer() {
        Inputs.model("mute", new TinyModel().withoutTokenizer());
        refused(Map.of("model", "mute", "recipe", with("prefix", "bos")), "UNSUPPORTED_RECIPE")
                .body("errors.pointer", hasItem("/recipe/prefix"));
    }

    @Test
    void windowsBeyondTheContext() {
        refused(Map.of("evaluation", List.of(Map.of("dataset", "wiki", "window", 257))), "INVALID_SPEC")
                .body("errors.pointer", hasItem("/evaluation/0/window"));
        refused(Map.of("calibration", Map.of("samples", 4, "sequenceLength", 257, "seed", 0)), "UNSUPPORTED_RECIPE")
                .body("errors.pointer", hasItem("/calibration/sequenceLength"));
        refused(
                        Map.of(
                                "recipe",
                                with("prefix", "bos"),
                                "evaluation",
                                List.of(Map.of("dataset", "wiki", "window", 256))),
                        "INVALID_SPEC")
                .body("errors[0].message", containsString("behind a prefix"));
        refused(Map.of("calibration", "absent"), "UNSUPPORTED_RECIPE").body("errors.pointer", hasItem("/recipe"));
    }

    @Test
    void calibrationThatIsEvaluation() {
        refused(Map.of("calibrationDataset", "wiki"), "INVALID_SPEC")
                .body("errors.pointer", hasItem("/calibrationDataset"));
        Inputs.dataset("wiki-again", "facts to evaluate on. ".repeat(200));
        refused(Map.of("calibrationDataset", "wiki-again"), "INVALID_SPEC")
                .body("errors[0].message", containsString("same bytes"));
    }

    @Test
    void aProtocolOfDocumentsOnRunningText() {
        refused(
                        Map.of("evaluation", List.of(Map.of("dataset", "wiki", "protocol", "c4-old", "window", 64))),
                        "INVALID_SPEC")
                .body("errors.pointer", hasItem("/evaluation/0/protocol"))
                .body("errors[0].message", containsString("documents"));
    }

    @Test
    void rowsOfATaskWhereTextIsNeeded() {
        Inputs.rows("questions", "piqa", "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n".repeat(100));
        refused(Map.of("calibrationDataset", "questions"), "INVALID_SPEC")
                .body("errors.pointer", equalTo(List.of("/calibrationDataset")))
                .body(
                        "errors[0].message",
                        equalTo("'questions' holds rows of piqa, calibration needs text or documents"));
        for (Map<String, Object> evaluation : List.<Map<String, Object>>of(
                Map.of("dataset", "questions", "protocol", "gptq", "window", 64),
                Map.of("dataset", "questions", "divergence", "gptq", "window", 64),
                Map.of("dataset", "questions", "propagation", 2, "window", 64))) {
            refused(Map.of("evaluation", List.of(evaluation)), "INVALID_SPEC")
                    .body("errors.pointer", equalTo(List.of("/evaluation/0/dataset")))
                    .body("errors[0].message", containsString("holds rows of piqa"));
        }
        refused(Map.of("evaluation", List.of(Map.of("dataset", "wiki", "task", "piqa"))), "INVALID_SPEC")
                .body("errors.pointer", equalTo(List.of("/evaluation/0/dataset")))
                .body("errors[0].remedy", containsString("?task=piqa"));
    }

    @Test
    void limitsThatTheServiceDoesNotHave() {
        refused(Map.of("limits", Map.of("maxPending", "P8D", "maxAttempt", "PT1H")), "INVALID_SPEC")
                .body("errors.pointer", equalTo(List.of("/limits/maxPending")))
                .body("errors[0].remedy", containsString("PT168H"));
        refused(Map.of("limits", Map.of("maxAttempt", "an hour")), "INVALID_SPEC")
                .body("errors.pointer", equalTo(List.of("/limits/maxAttempt")));
    }

    @Test
    void aDatasetShorterThanAWindow() {
        Inputs.dataset("short", "few words");
        refused(Map.of("calibrationDataset", "short"), "DATASET_TOO_SHORT")
                .body("errors.pointer", hasItem("/calibrationDataset"));
    }

    private static Map<String, Object> with(String field, Object value) {
        return with(RECIPE, field, value);
    }

    private static Map<String, Object> with(Map<String, Object> base, String field, Object value) {
        Map<String, Object> recipe = new java.util.HashMap<>(base);
        recipe.put(field, value);
        return recipe;
    }

    private static ValidatableResponse refused(Map<String, ?> changes, String code) {
        return given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(Inputs.spec(changes))
                .post("/v1/quantization-jobs")
                .then()
                .statusCode(422)
                .contentType("application/problem+json")
                .body("code", equalTo(code))
                .body("retryable", equalTo(false))
                .body("errors[0].remedy", not(emptyString()));
    }
}
