package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.bisup.api.testing.ApiStack;
import io.bisup.contract.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** No address that a user writes is ever connected to: whatever its scheme, spelling or detour. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class SsrfTest {

    private static final List<String> SCHEMES = List.of(
            "http",
            "https",
            "ftp",
            "gopher",
            "dict",
            "ldap",
            "jar:http",
            "hf",
            "s3",
            "S3",
            "git+ssh",
            "data",
            "netdoc");
    private static final List<String> HOSTS = List.of(
            "127.0.0.1",
            "localhost",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "user@127.0.0.1",
            "models-of-others@127.0.0.1",
            "models-of-others.127.0.0.1.nip.io");

    @Test
    void nothingIsConnectedTo() throws Exception {
        try (ServerSocket canary = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            canary.setSoTimeout(300);
            List<String> sources = sources(canary.getLocalPort());
            assertThat(sources).hasSizeGreaterThanOrEqualTo(80);
            for (String source : sources) {
                int status = given().contentType("application/json")
                        .body(Json.write(Map.of("name", "refused", "source", source)))
                        .post("/v1/models")
                        .statusCode();
                assertThat(status).as(source).isBetween(400, 499);
            }
            org.assertj.core.api.Assertions.assertThatThrownBy(canary::accept)
                    .isInstanceOf(SocketTimeoutException.class);
        }
    }

    private static List<String> sources(int port) {
        List<String> sources = new ArrayList<>(List.of(
                "http://169.254.169.254/latest/meta-data/",
                "file://127.0.0.1:" + port + "/x",
                "file://localhost@127.0.0.1:" + port + "/x",
                "jar:file:/tmp/x.jar!/y",
                "s3://models-of-others/x?endpoint=http://127.0.0.1:" + port,
                "s3://models-of-others/x#http://127.0.0.1:" + port,
                "//127.0.0.1:" + port + "/x",
                "\\\\127.0.0.1\\share"));
        for (String scheme : SCHEMES) {
            for (String host : HOSTS) {
                sources.add(scheme + "://" + host + ":" + port + "/model");
            }
        }
        return sources;
    }
}
