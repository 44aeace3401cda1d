package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.greaterThan;
import static org.hamcrest.Matchers.not;

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
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Who is nobody gets nothing; who is somebody sees his tenant's and nothing else. */
@QuarkusTest
@QuarkusTestResource(value = LockedStack.class, restrictToAnnotatedClass = true)
class AccessTest {

    private static final String JOBS = "/v1/quantization-jobs";
    private static final String EVALUATIONS = "/v1/evaluation-jobs";
    private static final Set<Integer> NOT_THERE = Set.of(404);

    @Inject
    EntityManager entities;

    @Test
    void everyOperationAsksWhoCalls() {
        List<String> forged = forged();
        assertThat(forged).hasSizeGreaterThanOrEqualTo(25);
        List<Operations.Operation> operations = Operations.all();
        assertThat(operations).hasSizeGreaterThan(25);
        for (Operations.Operation operation : operations) {
            String path = operation.at(nobodys());
            refused(send(given(), operation.method(), path));
            for (String token : forged) {
                refused(send(given().header("Authorization", token), operation.method(), path));
            }
        }
    }

    @Test
    void anotherTenantsThingsAreNotThere() {
        String owner = key("owner", "submitter", null);
        String other = key("other", "submitter", null);
        String job = submit(owner, "k-" + UUID.randomUUID());
        Map<String, String> owned = Map.of("id", job, "name", "tiny", "file", "config.json", "export", "gguf");
        for (Operations.Operation operation : Operations.all()) {
            String path = operation.at(owned);
            if (operation.isAdmin()) {
                send(bearer(other), operation.method(), path)
                        .then()
                        .statusCode(403)
                        .body("code", equalTo("FORBIDDEN"));
            } else if (operation.isAbout("id")) {
                assertThat(send(bearer(other), operation.method(), path).statusCode())
                        .as(operation.method() + " " + path)
                        .isIn(NOT_THERE);
            } else if (operation.isAbout("name") && operation.method().equals("GET")) {
                assertThat(send(bearer(other), "GET", path).statusCode())
                        .as(path)
                        .isEqualTo(404);
            } else if (operation.method().equals("GET") && !operation.path().startsWith("/v1/recipes")) {
                send(bearer(other), "GET", path)
                        .then()
                        .body(not(containsString(job)))
                        .body(not(containsString("tiny")));
            }
        }
        bearer(owner).get(JOBS + "/" + job).then().statusCode(200).body("state", equalTo("QUEUED"));
        bearer(owner).get(JOBS).then().body("items.id", org.hamcrest.Matchers.hasItem(job));
    }

    @Test
    void namesAndIdempotencyKeysAreATenantsOwn() {
        String one = key("one", "submitter", null);
        String two = key("two", "submitter", null);
        String first = submit(one, "same-key");
        assertThat(submit(one, "same-key")).isEqualTo(first);
        assertThat(submit(two, "same-key")).isNotEqualTo(first);
    }

    @Test
    void anEvaluationJobIsItsTenantsAlone() {
        String owner = key("measuring", "submitter", null);
        String other = key("curious", "submitter", null);
        Inputs.registerAs(owner, new TinyModel());
        Inputs.registerAs(other, new TinyModel());
        String id = evaluate(owner, "measured");
        assertThat(evaluate(owner, "measured")).isEqualTo(id);
        assertThat(evaluate(other, "measured")).isNotEqualTo(id);
        for (String part : List.of("", "/results", "/samples")) {
            bearer(other).get(EVALUATIONS + "/" + id + part).then().statusCode(404);
        }
        bearer(other)
                .urlEncodingEnabled(false)
                .post(EVALUATIONS + "/" + id + ":cancel")
                .then()
                .statusCode(404);
        bearer(other).get(EVALUATIONS).then().body(not(containsString(id)));
        bearer(owner).get(EVALUATIONS + "/" + id).then().statusCode(200).body("state", equalTo("QUEUED"));
    }

    private static String evaluate(String key, String idempotency) {
        return postEvaluation(key, idempotency).then().statusCode(202).extract().path("id");
    }

    private static Response postEvaluation(String key, String idempotency) {
        return bearer(key)
                .contentType("application/json")
                .header("Idempotency-Key", idempotency)
                .body(
                        "{\"model\":\"tiny\",\"evaluation\":[{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":64}]}")
                .post(EVALUATIONS);
    }

    @Test
    void aRevokedOrExpiredKeyIsNobodys() {
        String key = key("leaver", "submitter", null);
        bearer(key).get("/v1/models").then().statusCode(200);
        bearer(LockedStack.OPERATOR)
                .urlEncodingEnabled(false)
                .post("/v1/admin/keys/" + key.substring(6, 22) + ":revoke")
                .then()
                .statusCode(200);
        refused(bearer(key).get("/v1/models"));
        refused(bearer(key("late", "submitter", Instant.now().minusSeconds(1))).get("/v1/models"));
        refused(bearer(key.substring(0, key.length() - 1) + "_").get("/v1/models"));
    }

    @Test
    void limitsAreToldAndHold() {
        String key = key("small", "submitter", null);
        limits("small", 1, 1_000);
        submit(key, "first");
        post(key, "second")
                .then()
                .statusCode(429)
                .header("Retry-After", Integer::parseInt, greaterThan(0))
                .body("code", equalTo("QUOTA_EXCEEDED"))
                .body("retryable", equalTo(true));
        post(key, "first").then().statusCode(202);
        bearer(key).get("/v1/quotas").then().body("liveJobs", equalTo(1)).body("maxLiveJobs", equalTo(1));

        String hasty = key("hasty", "submitter", null);
        limits("hasty", 1, 5);
        for (int i = 0; i < 5; i++) {
            bearer(hasty).get("/v1/recipes").then().statusCode(200);
        }
        bearer(hasty)
                .get("/v1/recipes")
                .then()
                .statusCode(429)
                .header("Retry-After", Integer::parseInt, greaterThan(0))
                .body("code", equalTo("TOO_MANY_REQUESTS"));
        bearer(key).get("/v1/recipes").then().statusCode(200);
    }

    @Test
    void evaluationJobsCountAsJobs() {
        String key = key("measurer", "submitter", null);
        limits("measurer", 2, 1_000);
        submit(key, "a-job");
        String id = evaluate(key, "an-evaluation");
        for (Response refused : List.of(postEvaluation(key, "another"), post(key, "another-job"))) {
            refused.then()
                    .statusCode(429)
                    .contentType("application/problem+json")
                    .header("Retry-After", Integer::parseInt, greaterThan(0))
                    .body("code", equalTo("QUOTA_EXCEEDED"))
                    .body("retryable", equalTo(true))
                    .body("detail", containsString("2 unfinished jobs, its limit"));
        }
        assertThat(evaluate(key, "an-evaluation")).isEqualTo(id);
        bearer(key).get("/v1/quotas").then().body("liveJobs", equalTo(2));
        bearer(key)
                .urlEncodingEnabled(false)
                .post(EVALUATIONS + "/" + id + ":cancel")
                .then()
                .statusCode(202);
        postEvaluation(key, "another").then().statusCode(202);
    }

    @Test
    void doingsAreWrittenDownAndSecretsAreNot() {
        String key = key("watched", "submitter", null);
        submit(key, "audited");
        bearer(key).get("/v1/admin/keys").then().statusCode(403);
        await().atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> bearer(LockedStack.OPERATOR)
                        .get("/v1/admin/audit?limit=1000")
                        .then()
                        .statusCode(200)
                        .body(
                                "items.findAll { it.tenant == 'watched' }.action",
                                org.hamcrest.Matchers.hasItems("POST /v1/quantization-jobs", "GET /v1/admin/keys")));
        String secret = key.substring(23);
        for (String table : List.of("api_key", "audit", "job", "idempotency", "job_event", "outbox")) {
            assertThat(dump(table)).as(table).doesNotContain(secret).doesNotContain("A".repeat(43));
        }
    }

    @Test
    void tokensOfTheProviderNameTenantAndRole() {
        String token = Tokens.signed(Tokens.claims(Map.of()));
        bearer(token)
                .get("/v1/quotas")
                .then()
                .statusCode(200)
                .body("tenant", equalTo("tokens"))
                .body("caller", equalTo("ada"))
                .body("roles", equalTo(List.of("SUBMITTER")));
        bearer(token).get("/v1/admin/keys").then().statusCode(403);
        bearer(Tokens.signed(Tokens.claims(Map.of("groups", List.of("operator")))))
                .get("/v1/admin/tenants")
                .then()
                .statusCode(200);
        bearer(Tokens.signed(Tokens.claims(Map.of("groups", List.of()))))
                .get("/v1/models")
                .then()
                .statusCode(403);
    }

    /** Authorization headers that name nobody. */
    private static List<String> forged() {
        String good = Tokens.signed(Tokens.claims(Map.of()));
        String[] parts = good.split("\\.", -1);
        long now = Instant.now().getEpochSecond();
        String claims = Json.write(Tokens.claims(Map.of()));
        return List.of(
                "Bearer",
                "Bearer ",
                "Basic YWRtaW46YWRtaW4=",
                "Digest username=admin",
                "bisup_0123456789abcdef_" + "A".repeat(43),
                "Bearer bisup_0123456789abcdef_" + "B".repeat(43),
                "Bearer bisup_0123456789abcdef_" + "A".repeat(42),
                "Bearer bisup_ffffffffffffffff_" + "A".repeat(43),
                "Bearer bisup_' or 1=1 --_" + "A".repeat(43),
                "Bearer null",
                "Bearer a.b.c",
                "Bearer " + parts[0] + "." + parts[1] + ".",
                "Bearer " + parts[0] + "." + parts[1],
                "Bearer " + Tokens.part("{\"alg\":\"none\"}") + "." + parts[1] + ".",
                "Bearer " + Tokens.part("{\"alg\":\"NONE\"}") + "." + parts[1] + ".",
                "Bearer " + Tokens.signed("{\"alg\":\"HS256\"}", Tokens.claims(Map.of())),
                "Bearer " + Tokens.signed("{\"alg\":\"RS256\",\"crit\":[\"x\"],\"x\":1}", Tokens.claims(Map.of())),
                "Bearer " + parts[0] + "." + Tokens.part(claims.replace("tokens", "owner")) + "." + parts[2],
                "Bearer " + parts[0] + "." + parts[1] + "." + parts[2].substring(4) + "AAAA",
                "Bearer " + good + ".x",
                token(Map.of("exp", now - 3_600, "iat", now - 7_200)),
                token(Map.of("nbf", now + 3_600)),
                token(Map.of("iss", "https://evil.example")),
                token(Map.of("aud", "another")),
                token(Map.of("tenant", "absent")),
                token(Map.of("tenant", "../owner")),
                token(Map.of("tenant", "")),
                token(Map.of("exp", "absent")));
    }

    private static String token(Map<String, ?> changes) {
        return "Bearer " + Tokens.signed(Tokens.claims(changes));
    }

    private static void refused(Response answer) {
        answer.then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("code", equalTo("UNAUTHENTICATED"));
    }

    private static Map<String, String> nobodys() {
        return Map.of("id", UUID.randomUUID().toString(), "name", "nobody", "file", "x", "export", "gguf");
    }

    private static String key(String tenant, String role, Instant expires) {
        Map<String, Object> wanted = new java.util.HashMap<>(Map.of("tenant", tenant, "name", "test", "role", role));
        if (expires != null) {
            wanted.put("expiresAt", expires.toString());
        }
        return bearer(LockedStack.OPERATOR)
                .contentType("application/json")
                .body(Json.write(wanted))
                .post("/v1/admin/keys")
                .then()
                .statusCode(201)
                .extract()
                .path("key");
    }

    private static void limits(String tenant, int jobs, int requests) {
        bearer(LockedStack.OPERATOR)
                .contentType("application/json")
                .body(Json.write(Map.of("maxLiveJobs", jobs, "requestsPerMinute", requests)))
                .put("/v1/admin/tenants/" + tenant)
                .then()
                .statusCode(200);
    }

    private static String submit(String key, String idempotency) {
        Inputs.registerAs(key, new TinyModel());
        return post(key, idempotency).then().statusCode(202).extract().path("id");
    }

    private static Response post(String key, String idempotency) {
        return bearer(key)
                .contentType("application/json")
                .header("Idempotency-Key", idempotency)
                .body(Inputs.spec(Map.of()))
                .post(JOBS);
    }

    private static RequestSpecification bearer(String key) {
        return given().header("Authorization", "Bearer " + key);
    }

    private static Response send(RequestSpecification request, String method, String path) {
        RequestSpecification sent =
                request.urlEncodingEnabled(false).redirects().follow(false);
        boolean body = method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
        return (body ? sent.contentType("application/json").body("{}") : sent).request(method, path);
    }

    @Transactional
    String dump(String table) {
        return String.valueOf(entities.createNativeQuery("select cast(t as text) from " + table + " t", String.class)
                .getResultList());
    }
}
