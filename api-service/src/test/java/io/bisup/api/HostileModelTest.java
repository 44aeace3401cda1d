package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.api.testing.Tokenizers;
import io.bisup.contract.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Model folders that somebody made to do harm: each is refused with the file at fault, before a byte is stored. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class HostileModelTest {

    private static final List<String> FIELDS = List.of(
            "hidden_size",
            "intermediate_size",
            "num_hidden_layers",
            "num_attention_heads",
            "num_key_value_heads",
            "vocab_size",
            "rms_norm_eps",
            "max_position_embeddings",
            "architectures");
    private static final List<String> VALUES =
            List.of("-1", "0", "1e999", "\"x\"", "[]", "{}", "9223372036854775808", "true", "0.5", "[[[1]]]");

    /** Shape and type of each field that sizes depend on. */
    @Test
    void configurations() throws Exception {
        int refused = 0;
        for (String field : FIELDS) {
            for (String value : VALUES) {
                Path folder = tiny();
                Path config = folder.resolve("config.json");
                Files.writeString(
                        config,
                        Files.readString(config)
                                .replaceFirst("\"" + field + "\":(\\[[^]]*\\]|[^,}]*)", "\"" + field + "\":" + value));
                Response answer = register(folder);
                assertThat(answer.statusCode())
                        .as(field + " = " + value + ": " + answer.asString())
                        .isLessThan(500);
                refused += answer.statusCode() == 422 ? 1 : 0;
            }
        }
        assertThat(refused).isGreaterThanOrEqualTo(60);
    }

    @Test
    void documents() throws Exception {
        for (String text : List.of(
                "",
                "null",
                "[]",
                "{",
                "{}",
                "[".repeat(10_000),
                "{\"a\":".repeat(10_000),
                "{\"architectures\":[\"" + "x".repeat(500_000) + "\"]}",
                "{\"hidden_size\":128,\"hidden_size\":64}",
                "{\"hidden_size\":" + "9".repeat(100_000) + "}",
                "\0",
                " ".repeat(2_000_000))) {
            Path folder = tiny();
            Files.writeString(folder.resolve("config.json"), text);
            assertRefused(register(folder), text);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                "{\"weight_map\":{}}",
                "{\"weight_map\":[]}",
                "{\"weight_map\":{\"a\":\"../../../etc/passwd\"}}",
                "{\"weight_map\":{\"a\":\"/etc/passwd\"}}",
                "{\"weight_map\":{\"a\":\"model.safetensors.index.json\"}}",
                "{\"weight_map\":{\"a\":\"config.json\"}}",
                "{\"weight_map\":{\"a\":\"a\\u0000.safetensors\"}}",
                "{\"weight_map\":{\"a\":\"pytorch_model.bin\"}}",
                "{\"weight_map\":{\"a\":null}}",
                "{\"weight_map\":{\"a\":7}}",
                "{\"weight_map\":{\"a\":\"x.safetensors\",\"a\":\"y.safetensors\"}}",
                "{\"weight_map\":{\"\":\"\"}}"
            })
    void indexes(String index) throws Exception {
        Path folder = tiny();
        Files.delete(folder.resolve("model.safetensors"));
        Files.writeString(folder.resolve("model.safetensors.index.json"), index);
        assertRefused(register(folder), index);
    }

    /** Nothing of them but their loading tells; the process that loads some of them ends. */
    @ParameterizedTest
    @MethodSource("tokenizers")
    void tokenizersThatCannotBeLoaded(String tokenizer) throws Exception {
        Path folder = tiny();
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
        Response answer = register(folder);
        assertRefused(answer, tokenizer);
        assertThat(answer.jsonPath().getString("code")).isEqualTo("MALFORMED_CHECKPOINT");
        assertThat(answer.jsonPath().getString("errors[0].message"))
                .contains("tokenizer.json", "cannot be loaded")
                .doesNotContain("/");

        given().get("/q/health/live").then().statusCode(200);
        assertThat(register(tiny()).statusCode()).isEqualTo(201);
    }

    static Stream<String> tokenizers() {
        return Stream.of(Tokenizers.REFUSED.getFirst().json(), Tokenizers.ABORTS, Tokenizers.LARGE, Tokenizers.SLOW);
    }

    private static Path tiny() throws Exception {
        Path folder = Inputs.folder();
        new TinyModel().write(folder);
        return folder;
    }

    private static Response register(Path folder) {
        return given().contentType("application/json")
                .body(Json.write(Map.of(
                        "name",
                        "h-" + UUID.randomUUID(),
                        "source",
                        folder.toUri().toString())))
                .post("/v1/models");
    }

    private static void assertRefused(Response answer, String what) {
        assertThat(answer.statusCode())
                .as((what.length() > 80 ? what.substring(0, 80) : what) + ": " + answer.asString())
                .isEqualTo(422);
        assertThat(answer.asString()).doesNotContain("Exception", "java.", "StreamRead", "jackson");
    }
}
