package io.bisup.api.testing;

import static io.restassured.RestAssured.given;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Every operation that the service's own description lists: a new one cannot escape the tests that go over them. */
public final class Operations {

    private Operations() {}

    /**
     * An operation.
     *
     * @param method upper case
     * @param path with the parameters' names in braces
     */
    public record Operation(String method, String path, JsonNode description) {

        /** The path with its parameters filled in. */
        public String at(Map<String, String> values) {
            String filled = path;
            for (var value : values.entrySet()) {
                filled = filled.replace("{" + value.getKey() + "}", value.getValue());
            }
            return filled;
        }

        public boolean isAbout(String parameter) {
            return path.contains("{" + parameter + "}");
        }

        public boolean isAdmin() {
            return path.startsWith("/v1/admin/");
        }
    }

    public static JsonNode openApi() {
        try {
            return Json.mapper()
                    .readTree(given().get("/q/openapi?format=json")
                            .then()
                            .statusCode(200)
                            .extract()
                            .asString());
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    public static List<Operation> all() {
        List<Operation> operations = new ArrayList<>();
        openApi()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(method -> {
                    if (!method.getKey().equals("parameters")) {
                        operations.add(new Operation(
                                method.getKey().toUpperCase(Locale.ROOT), path.getKey(), method.getValue()));
                    }
                }));
        return operations;
    }
}
