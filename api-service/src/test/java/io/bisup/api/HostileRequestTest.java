package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.notNullValue;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.contract.Json;
import io.bisup.contract.Problem;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever is sent, the answer is a problem document of the 400s: never a stack trace, never a 500. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class HostileRequestTest {

    private static final String JOBS = "/v1/quantization-jobs";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "model":"tiny"  | "model":5                      | /model
            "model":"tiny"  | "model":null                   | /model
            "model":"tiny"  | "model":["tiny"]               | /model
            "model":"tiny"  | "model":"../../etc/passwd"     | /model
            "model":"tiny"  | "model":"tiny\\u0000"          | /model
            "model":"tiny"  | "model":"\\u202etiny"          | /model
            "model":"tiny"  | "model":"tiny","state":"FAILED"| /state
            "model":"tiny"  | "model":"tiny","tenantId":"x"  | /tenantId
            "model":"tiny"  | "model":"tiny","__proto__":{}  | /__proto__
            "model":"tiny"  | "model":"tiny","labels":null,"x":1 | /x
            "model":"tiny"  | "model":"tiny","labels":{"a":null} | /labels/a
            "model":"tiny"  | "model":"tiny","labels":{"":"b"} | /labels/
            "model":"tiny"  | "model":"tiny","labels":{"a b":"c"} | /labels/a b
            "model":"tiny"  | "model":"tiny","labels":{"a":"\\u0000"} | /labels/a
            "model":"tiny"  | "model":"tiny","labels":{"a\\u0000":"b"} | /labels
            "model":"tiny"  | "model":"tiny","systemPrompt":"a\\u0000" | /systemPrompt
            "model":"tiny"  | "model":"tiny","systemPrompt":"\\ud800" | /systemPrompt
            "evaluation":[  | "evaluation":[null,             | /evaluation/0
            "samples":32    | "samples":-1                   | /calibration/samples
            "samples":32    | "samples":1e999                | /calibration/samples
            "samples":32    | "samples":99999999999999999999 | /calibration/samples
            "samples":32    | "samples":"32"                 | /calibration/samples
            "samples":32    | "samples":true                 | /calibration/samples
            "window":64     | "window":0                     | /evaluation/0/window
            "window":64     | "window":64.5                  | /evaluation/0/window
            "protocol":"gptq" | "protocol":"__class__"       | /evaluation/0/protocol
            """)
    void namesTheField(String from, String to, String pointer) {
        String spec = Inputs.spec(Map.of());
        assertThat(spec).contains(from.strip());
        problem(send(spec.replace(from.strip(), to.strip())), 422)
                .then()
                .body("code", equalTo("INVALID_SPEC"))
                .body("errors.pointer", hasItem(pointer));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{", "nul", "{\"model\":}", "{}{}", "{\"a\":\"\\x\"}", "\u0000", "[1,2"})
    void malformedJson(String body) {
        problem(send(body), 400).then().body("code", equalTo("MALFORMED_JSON"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "[]", "7", "\"text\"", "true", "{}", "{\"model\":\"a\",\"model\":\"b\"}"})
    void noSpec(String body) {
        problem(send(body), body.contains(",\"model") ? 400 : 422);
    }

    @Test
    void labelsAreBounded() {
        problem(send(Inputs.spec(Map.of("labels", Map.of("k", "v".repeat(256))))), 422);
        problem(send(Inputs.spec(Map.of("labels", Map.of("k".repeat(64), "v")))), 422);
        Map<String, String> many = new java.util.HashMap<>();
        for (int i = 0; i < 33; i++) {
            many.put("k" + i, "v");
        }
        problem(send(Inputs.spec(Map.of("labels", many))), 422);
    }

    @Test
    void deepAndLongDocuments() {
        problem(send("{\"a\":".repeat(60) + "1" + "}".repeat(60)), 422);
        problem(send("{\"a\":".repeat(80) + "1" + "}".repeat(80)), 400);
        problem(send("{\"a\":" + "9".repeat(1_000) + "}"), 400);
        problem(send("[".repeat(100_000)), 400);
        problem(send("{\"model\":\"" + "x".repeat(900_000) + "\"}"), 422);
        problem(send("{\"model\":\"" + "x".repeat(2_000_000) + "\"}"), 413)
                .then()
                .body("code", equalTo("BODY_TOO_LARGE"));
    }

    @Test
    void randomBytesAndMutants() {
        Random random = new Random(7);
        byte[] good = Inputs.spec(Map.of()).getBytes(java.nio.charset.StandardCharsets.UTF_8);
        for (int i = 0; i < 200; i++) {
            byte[] mutant = good.clone();
            for (int flips = 0; flips <= i % 4; flips++) {
                mutant[random.nextInt(mutant.length)] = (byte) random.nextInt(256);
            }
            Response answer =
                    given().contentType("application/json").body(mutant).post(JOBS);
            assertThat(answer.statusCode()).isBetween(400, 422);
            assertThat(answer.contentType()).startsWith("application/problem+json");
        }
    }

    @Test
    void wrongContentTypeMethodPathAndAccept() {
        problem(given().contentType("text/plain").body("hi").post(JOBS), 415);
        problem(given().contentType("application/xml").body("<a/>").post(JOBS), 415);
        problem(given().delete(JOBS), 405);
        problem(given().get("/v1/nothing"), 404);
        problem(given().get("/v1/quantization-jobs/" + UUID.randomUUID()), 404);
        problem(given().get("/v1/quantization-jobs/not-an-id"), 404);
        problem(given().urlEncodingEnabled(false).get("/v1/quantization-jobs/" + UUID.randomUUID() + ":explode"), 404);
        problem(given().urlEncodingEnabled(false).post("/v1/quantization-jobs/" + UUID.randomUUID() + ":cancel"), 404);
        problem(given().accept("image/png").get(JOBS), 406);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?pageSize=0",
                "?pageSize=201",
                "?pageSize=x",
                "?state=WORKING",
                "?pageToken=nonsense",
                "?label=novalue",
                "?createdAfter=yesterday"
            })
    void parameters(String query) {
        problem(given().get(JOBS + query), 400).then().body("code", equalTo("INVALID_PARAMETER"));
    }

    @Test
    void idempotencyKeys() {
        String spec = Inputs.spec(Map.of());
        for (String key : new String[] {"with space", "x".repeat(256)}) {
            problem(
                    given().contentType("application/json")
                            .header("Idempotency-Key", key)
                            .body(spec)
                            .post(JOBS),
                    400);
        }
    }

    private static Response send(String body) {
        return given().contentType("application/json")
                .header("Idempotency-Key", UUID.randomUUID().toString())
                .body(body.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .post(JOBS);
    }

    private static Response problem(Response answer, int status) {
        answer.then()
                .statusCode(status)
                .contentType("application/problem+json")
                .header("X-Content-Type-Options", "nosniff")
                .body("title", notNullValue());
        Problem problem = Json.read(answer.asString(), Problem.class);
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.type()).startsWith("urn:bisup:problem:");
        assertThat(problem.instance()).startsWith("/v1/");
        assertThat(problem.detail())
                .doesNotContain("io.bisup.", "Exception", "java.", "StreamRead", "jackson", "`")
                .isNotBlank();
        return answer;
    }
}
