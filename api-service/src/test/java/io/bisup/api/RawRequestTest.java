package io.bisup.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.RawHttp;
import io.bisup.contract.Json;
import io.bisup.contract.Problem;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests at fault below the resources: each is answered, at once, with a problem document. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class RawRequestTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        GET /v1/models/%00                                | 400
        GET /v1/models/%zz                                | 400
        GET /v1/models/%                                  | 400
        GET /v1/quantization-jobs?model=%00               | 400
        GET /v1/quantization-jobs?label=a%3D%00           | 400
        GET /v1/quantization-jobs?model=%zz               | 400
        GET /v1/quantization-jobs?%00=1                   | 400
        GET /v1/quantization-jobs/%2e%2e%2f               | 404
        GET /v1/../../etc/passwd                          | 404
        GET //etc/passwd                                  | 404
        GET /nothing                                      | 404
        GET /q/nothing                                    | 404
        PROPFIND /v1/models                               | 405
        TRACE /v1/models                                  | 405
        POST /v1/models                                   | 400
        GET /v1/models/<a>                                | 400
        """)
    void requestLines(String line, int status) {
        RawHttp.Answer answer = send(line + " HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n");
        assertProblem(line, answer, status);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
        X-A: b                                            | 200
        Upgrade: h2c\\r\\nConnection: Upgrade, HTTP2-Settings\\r\\nHTTP2-Settings: AAMAAABkAAQAAP__ | 200
        Upgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\\r\\nSec-WebSocket-Version: 13 | 200
        Content-Encoding: gzip                            | 415
        Host: other                                       | 421
        Accept: application/x-java-serialized-object      | 406
        If-None-Match: %00                                | 200
        Expect: 200-nothing                               | 200
        """)
    void headers(String header, int status) {
        String head = header.replace("\\r\\n", "\r\n");
        RawHttp.Answer answer = send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\n" + head + "\r\n\r\n");
        assertThat(answer.status()).as(header).isEqualTo(status);
        if (status != 200) {
            assertProblem(header, answer, status);
        }
    }

    /** S-16: ten megabytes in ten kilobytes, by every name of a compression; none is inflated. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "gzip",
                "GZIP",
                "x-gzip",
                "deflate",
                "compress",
                "br",
                "zstd",
                "gzip, gzip",
                "identity, gzip",
                "dcb",
                "*",
                "nonsense"
            })
    void compressedBodies(String encoding) throws Exception {
        ByteArrayOutputStream small = new ByteArrayOutputStream();
        try (OutputStream out = new GZIPOutputStream(small)) {
            out.write("{\"model\":\"".getBytes(StandardCharsets.US_ASCII));
            out.write(new byte[10 << 20]);
        }
        String body = small.toString(StandardCharsets.ISO_8859_1);
        assertThat(body).hasSizeLessThan(20_000);
        for (String target : List.of("POST /v1/quantization-jobs", "POST /v1/models", "PUT /v1/datasets/bomb")) {
            RawHttp.Answer answer = send(target + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Idempotency-Key: bomb\r\nContent-Encoding: " + encoding + "\r\nContent-Length: " + body.length()
                    + "\r\n\r\n" + body);
            assertProblem(encoding, answer, 415);
        }
    }

    @Test
    void whatIsNoHttp() {
        // Below HTTP the server answers by itself, without a document.
        assertThat(send("GET /v1/models\r\n\r\n").status()).isEqualTo(400);
        assertThat(send("GET /v1/models/a b HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(400);
        assertThat(send("GET /" + "a".repeat(20_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n")
                        .status())
                .isEqualTo(414);
        assertThat(send("GET /v1/models HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(70_000) + "\r\n\r\n")
                        .status())
                .isEqualTo(431);
        assertProblem("no host", send("GET /v1/models HTTP/1.1\r\n\r\n"), 400);
        assertProblem("bad host", send("GET /v1/models HTTP/1.1\r\nHost: a b\r\n\r\n"), 400);
        String post = "POST /v1/models HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n";
        assertThat(send(post + "Content-Length: x\r\n\r\n").status()).isEqualTo(400);
        assertThat(send(post + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab")
                        .status())
                .isEqualTo(400);
        assertThat(send(post + "Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n")
                        .status())
                .isIn(400, -1);
    }

    static void assertProblem(String what, RawHttp.Answer answer, int status) {
        assertThat(answer.status())
                .as(what + ": " + answer.head() + "\n" + answer.body())
                .isEqualTo(status);
        assertThat(answer.isProblem())
                .as(what + ": " + answer.head() + "\n" + answer.body())
                .isTrue();
        Problem problem = Json.read(answer.body(), Problem.class);
        assertThat(problem.status()).isEqualTo(status);
        assertThat(problem.detail()).doesNotContain("io.", "java.", "Exception", "vertx");
    }

    private static RawHttp.Answer send(String request) {
        return RawHttp.send(RawHttp.port(), request);
    }
}
