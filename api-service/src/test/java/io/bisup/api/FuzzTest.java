package io.bisup.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Hostile;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.Operations;
import io.bisup.api.testing.RawHttp;
import io.bisup.contract.Json;
import io.bisup.contract.Problem;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * Hostile requests made from the API's own description, so that a new operation is attacked as soon as it is described.
 * {@code ./bisup fuzz CASES SEED} runs more of them. A case that fails is told with its seed.
 */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class FuzzTest {

    private static final int CASES = Integer.getInteger("bisup.fuzz.cases", 400);
    private static final long SEED = Long.getLong("bisup.fuzz.seed", 1);
    private static final long SLOW_MILLIS = 10_000;
    private static final Pattern LEAK =
            Pattern.compile("io\\.(bisup|quarkus|vertx)\\.|(java|jakarta|javax|org)\\.[a-z]+\\.|Exception\\b|\\bat"
                    + " [a-z.]+\\(|/(work|root|home|tmp|usr|opt|var)/|hibernate");
    private static final List<String> TYPES = List.of(
            "application/json",
            "application/json",
            "application/json",
            "text/plain",
            "application/jsonl",
            "application/merge-patch+json",
            "application/xml",
            "application/json; charset=utf-16",
            "multipart/form-data; boundary=a",
            "x",
            "");

    private static final Map<String, String> BODIES = Map.of(
            "/models",
            "{\"name\":\"fuzzed\",\"source\":\"file:/no/such/folder\"}",
            "/evaluation-jobs",
            "{\"model\":\"tiny\",\"evaluation\":[{\"dataset\":\"wiki\",\"protocol\":\"gptq\",\"window\":64},"
                    + "{\"dataset\":\"piqa\",\"task\":\"piqa\",\"limit\":1,\"examples\":{\"dataset\":\"piqa\",\"shots\":1}},"
                    + "{\"dataset\":\"wiki\",\"divergence\":\"gptq\",\"window\":64},"
                    + "{\"dataset\":\"wiki\",\"propagation\":2,\"window\":32}]}",
            "/keys",
            "{\"tenant\":\"fuzz\",\"name\":\"f\",\"role\":\"submitter\",\"expiresAt\":\"2026-01-01T00:00:00Z\"}",
            ":download-url",
            "{\"file\":\"config.json\"}",
            "/exports",
            "{\"format\":\"gguf\"}",
            ":clone",
            "{\"recipe\":\"rtn-w3a3-g128\",\"evaluation\":null,\"labels\":{\"a\":\"b\"}}");

    private final Random random = new Random(SEED);
    private final Hostile hostile = new Hostile(random);

    @Test
    void noCaseIsAnsweredWithAFailureOrALeak() {
        Inputs.register();
        Inputs.rows("piqa", "piqa", "{\"goal\":\"g\",\"sol1\":\"a\",\"sol2\":\"b\",\"label\":0}\n");
        String job = Inputs.submit(Map.of());
        List<Operations.Operation> operations = Operations.all();
        Map<Integer, Integer> statuses = new TreeMap<>();
        List<String> failures = new ArrayList<>();
        for (int i = 0; i < CASES; i++) {
            String request = request(operations.get(random.nextInt(operations.size())), job);
            long begun = System.nanoTime();
            RawHttp.Answer answer = RawHttp.send(RawHttp.port(), request);
            long millis = (System.nanoTime() - begun) / 1_000_000;
            statuses.merge(answer.status(), 1, Integer::sum);
            String fault = fault(answer, millis);
            if (fault != null) {
                failures.add(fault + " in case " + i + " of seed " + SEED + ":\n" + shortened(request) + "\n→\n"
                        + shortened(answer.head() + "\n" + answer.body()));
            }
        }
        System.out.println("fuzz: " + CASES + " cases of seed " + SEED + ", answers by status " + statuses);
        assertThat(failures).isEmpty();
    }

    private static String fault(RawHttp.Answer answer, long millis) {
        if (answer.status() <= 0) {
            return "no answer";
        }
        if (answer.status() >= 500) {
            return "status " + answer.status();
        }
        if (millis > SLOW_MILLIS) {
            return millis + " ms";
        }
        if (answer.status() < 400 || answer.body().isEmpty()) {
            // Below HTTP the server answers without a document.
            return answer.status() < 400 || answer.head().contains("HTTP/1.0") ? null : "no document";
        }
        if (!answer.isProblem()) {
            return "no problem document";
        }
        return LEAK.matcher(told(answer)).find() ? "leak" : null;
    }

    /** Everything that the document says, but for the address that the client itself called. No hostile text looks like a leak. */
    private static String told(RawHttp.Answer answer) {
        Problem problem = Json.read(answer.body(), Problem.class);
        return answer.head() + problem.title() + problem.type() + problem.detail() + problem.errors();
    }

    @Test
    void noHostileTextLooksLikeALeak() {
        for (int i = 0; i < 2_000; i++) {
            assertThat(LEAK.matcher(hostile.text() + hostile.value()).find()).isFalse();
        }
        assertThat(List.of(
                        "the folder '/work/models/tiny' is not there",
                        "'java.io.IOException' was thrown",
                        "'NullPointerException'",
                        "cannot read '/tmp/upload-1'"))
                .allMatch(leak -> LEAK.matcher(leak).find());
    }

    private String request(Operations.Operation operation, String job) {
        String method =
                random.nextInt(25) == 0 ? oneOf("PATCH", "DELETE", "PUT", "OPTIONS", "BREW") : operation.method();
        StringBuilder request = new StringBuilder(method)
                .append(' ')
                .append(path(operation, job))
                .append(query(operation));
        request.append(" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n");
        boolean key = random.nextInt(4) > 0;
        if (key) {
            request.append("Idempotency-Key: ").append(UUID.randomUUID()).append("\r\n");
        }
        if (method.equals("PATCH") && random.nextInt(4) > 0) {
            request.append("If-Match: *\r\n");
        }
        if (random.nextInt(4) == 0) {
            String name = oneOf(
                    "Accept",
                    "If-Match",
                    "If-None-Match",
                    "Last-Event-ID",
                    "Idempotency-Key",
                    "Range",
                    "Accept-Language");
            request.append(name).append(": ").append(header()).append("\r\n");
        }
        boolean hasBody = method.equals("POST") || method.equals("PUT") || method.equals("PATCH");
        String body = hasBody ? body(operation) : "";
        if (hasBody) {
            request.append("Content-Type: ")
                    .append(oneOf(TYPES.toArray(new String[0])))
                    .append("\r\nContent-Length: ");
            request.append(body.length()).append("\r\n");
        }
        return request.append("\r\n").append(body).toString();
    }

    private String path(Operations.Operation operation, String job) {
        return operation.at(Map.of(
                "id", random.nextInt(4) > 0 ? oneOf(job, UUID.randomUUID().toString()) : hostile.encoded(),
                "name", random.nextInt(4) > 0 ? oneOf("tiny", "train", "fuzzed", "wiki") : hostile.encoded(),
                "file", random.nextInt(2) > 0 ? "config.json" : hostile.encoded(),
                "export",
                        random.nextInt(2) > 0 ? oneOf("gguf", UUID.randomUUID().toString()) : hostile.encoded()));
    }

    private String query(Operations.Operation operation) {
        StringBuilder query = new StringBuilder();
        for (JsonNode parameter : operation.description().path("parameters")) {
            String name = parameter.path("name").asText();
            if (parameter.path("in").asText().equals("query") && !name.equals("wait") && random.nextBoolean()) {
                query.append(query.isEmpty() ? '?' : '&').append(name).append('=');
                query.append(random.nextInt(4) == 0 ? String.valueOf(random.nextInt(300)) : hostile.encoded());
            }
        }
        return query.toString();
    }

    /** Headers end at a line's end, so these texts have none. */
    private String header() {
        return hostile.text().replaceAll("[\\r\\n\\x00]", "").replaceAll("[^\\x20-\\xff]", "?");
    }

    /** As Latin-1, one character a byte, as the socket sends it. */
    private String body(Operations.Operation operation) {
        JsonNode base = base(operation);
        for (int i = 0; i <= random.nextInt(3); i++) {
            base = hostile.mutated(base);
        }
        String text = Json.write(base);
        byte[] bytes = switch (random.nextInt(12)) {
            case 0 ->
                text.substring(0, random.nextInt(text.length() + 1)).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            case 1 -> ("[".repeat(1 + random.nextInt(2_000)) + text).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            case 2 -> (text + text).getBytes(java.nio.charset.StandardCharsets.UTF_8);
            case 3 -> text.getBytes(java.nio.charset.StandardCharsets.UTF_16);
            default -> text.getBytes(java.nio.charset.StandardCharsets.UTF_8);
        };
        if (random.nextInt(6) == 0 && bytes.length > 0) {
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
        }
        return new String(bytes, java.nio.charset.StandardCharsets.ISO_8859_1);
    }

    private static JsonNode base(Operations.Operation operation) {
        try {
            return Json.mapper().readTree(text(operation));
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }

    /** A body that the operation could mean. */
    private static String text(Operations.Operation operation) {
        String path = operation.path();
        if (path.endsWith("/quantization-jobs")) {
            return Inputs.spec(Map.of("labels", Map.of("a", "b"), "systemPrompt", "be brief"));
        }
        if (operation.method().equals("PATCH")) {
            return "{\"priority\":\"high\",\"labels\":{\"a\":\"b\",\"c\":null}}";
        }
        return BODIES.entrySet().stream()
                .filter(body -> path.endsWith(body.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse("{\"maxLiveJobs\":5,\"requestsPerMinute\":5,\"text\":\"a\"}");
    }

    private String oneOf(String... values) {
        return values[random.nextInt(values.length)];
    }

    private static String shortened(String text) {
        return text.length() > 600 ? text.substring(0, 600) + "…" : text;
    }
}
