package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.LockedStack;
import io.bisup.api.testing.Operations;
import io.bisup.api.testing.TinyModel;
import io.bisup.api.testing.Tokens;
import io.bisup.contract.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.Test;

/**
 * S-13: secrets that requests carry, right and wrong ones, in every place that takes one, over every operation. None of them is
 * in an answer, in the log at its most talkative, or in any table: events, the outbox and the audit log are tables.
 */
@QuarkusTest
@QuarkusTestResource(value = LockedStack.class, restrictToAnnotatedClass = true)
class SecretCanaryTest {

    private static final String CANARY = "canary" + UUID.randomUUID().toString().replace("-", "");

    @Inject
    EntityManager entities;

    @Test
    void noSecretIsFoundAnywhere() {
        Log log = new Log();
        Logger root = Logger.getLogger("");
        Logger ours = Logger.getLogger("io.bisup");
        Level before = ours.getLevel();
        root.addHandler(log);
        ours.setLevel(Level.ALL);
        try {
            String key = key();
            String token = Tokens.signed(Tokens.claims(Map.of()));
            List<String> secrets =
                    List.of(key.substring(23), LockedStack.OPERATOR.substring(23), CANARY, signature(token));
            Inputs.registerAs(key, new TinyModel());
            List<String> answers = sendAll(key, token);
            assertThat(answers).hasSizeGreaterThan(200);
            assertThat(log.lines).as("what was logged").isNotEmpty();
            assertThat(tables()).contains("job", "job_event", "outbox", "audit", "api_key");
            for (String secret : secrets) {
                assertThat(answers).noneMatch(answer -> answer.contains(secret));
                assertThat(log.lines).noneMatch(line -> line.contains(secret));
                tables().forEach(table -> assertThat(dump(table)).as(table).doesNotContain(secret));
            }
        } finally {
            root.removeHandler(log);
            ours.setLevel(before);
        }
    }

    private List<String> sendAll(String key, String token) {
        List<String> answers = new ArrayList<>();
        String id = UUID.randomUUID().toString();
        Map<String, String> values = Map.of("id", id, "name", "tiny", "file", "config.json", "export", "gguf");
        for (Operations.Operation operation : Operations.all()) {
            if (operation.path().equals("/v1/admin/keys") && operation.method().equals("POST")) {
                continue; // its answer is the one place of a secret
            }
            String path = operation.at(values);
            for (String authorization : List.of(
                    "Bearer " + key,
                    "Bearer " + LockedStack.OPERATOR,
                    "Bearer " + token,
                    "Bearer " + key.substring(0, 23) + CANARY,
                    "Bearer " + CANARY,
                    "Basic " + CANARY)) {
                answers.add(send(given().header("Authorization", authorization), operation.method(), path));
            }
            answers.add(send(given().cookie("session", CANARY), operation.method(), path));
            answers.add(send(given().header("X-Api-Key", CANARY), operation.method(), path));
        }
        answers.addAll(sources(key));
        return answers;
    }

    /** Passwords in the addresses of models. */
    private static List<String> sources(String key) {
        List<String> answers = new ArrayList<>();
        for (String source : List.of(
                "s3://user:" + CANARY + "@bucket/x",
                "https://user:" + CANARY + "@models.example/x",
                "hf://" + CANARY + "@org/model",
                "s3://bucket/x?X-Amz-Signature=" + CANARY,
                "https://models.example/x?token=" + CANARY)) {
            Response answer = given().header("Authorization", "Bearer " + key)
                    .contentType("application/json")
                    .body(Json.write(Map.of("name", "secret", "source", source)))
                    .post("/v1/models");
            assertThat(answer.statusCode()).as(source).isBetween(400, 499);
            answers.add(answer.asString());
        }
        return answers;
    }

    private static String send(RequestSpecification request, String method, String path) {
        RequestSpecification sent =
                request.urlEncodingEnabled(false).redirects().follow(false).header("Idempotency-Key", "canary");
        boolean body = !method.equals("GET");
        Response answer =
                (body ? sent.contentType("application/json").body(Inputs.spec(Map.of())) : sent).request(method, path);
        return answer.headers() + answer.asString();
    }

    private static String key() {
        return given().header("Authorization", "Bearer " + LockedStack.OPERATOR)
                .contentType("application/json")
                .body(Json.write(Map.of("tenant", "canary", "name", "test", "role", "submitter")))
                .post("/v1/admin/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    private static String signature(String token) {
        return token.substring(token.lastIndexOf('.') + 1);
    }

    @Transactional
    List<String> tables() {
        return entities
                .createNativeQuery(
                        "select cast(table_name as text) from information_schema.tables where table_schema = 'public'",
                        String.class)
                .getResultList()
                .stream()
                .map(String::valueOf)
                .toList();
    }

    @Transactional
    String dump(String table) {
        return String.valueOf(entities.createNativeQuery("select cast(t as text) from " + table + " t", String.class)
                .getResultList());
    }

    /** Keeps what is logged, with what it says of causes. */
    private static final class Log extends Handler {

        private final ConcurrentLinkedQueue<String> lines = new ConcurrentLinkedQueue<>();

        Log() {
            setLevel(Level.ALL);
        }

        @Override
        public void publish(LogRecord logged) {
            lines.add(logged.getMessage() + " " + java.util.Arrays.toString(logged.getParameters()) + " "
                    + logged.getThrown());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
