package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.RawHttp;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** In the local profile, only this machine's names are served and no page of another site may call. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class OriginTest {

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.nip.io", "0.0.0.0", "1"
            })
    void anotherHost(String host) {
        for (String path : new String[] {"/", "/v1/models", "/q/openapi", "/q/health/ready", "/v1/nothing"}) {
            given().header("Host", host)
                    .get(path)
                    .then()
                    .statusCode(421)
                    .contentType("application/problem+json")
                    .header("X-Content-Type-Options", "nosniff")
                    .body("code", equalTo("HOST_NOT_ALLOWED"));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:1", "127.0.0.1:8080", "[::1]:8080", "127.0.0.1"})
    void thisMachine(String host) {
        given().header("Host", host).get("/v1/models").then().statusCode(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://evil.example", "null", "http://localhost:1", "http://localhost.evil.example", "file://"
            })
    void aForeignPageMayNotCancel(String origin) {
        given().header("Origin", origin)
                .urlEncodingEnabled(false)
                .post("/v1/quantization-jobs/" + UUID.randomUUID() + ":cancel")
                .then()
                .statusCode(403)
                .body("code", equalTo("ORIGIN_NOT_ALLOWED"));
        given().header("Origin", origin).get("/v1/models").then().statusCode(403);
    }

    @ParameterizedTest
    @CsvSource({"cross-site,no-cors,403", "cross-site,navigate,200", "same-origin,cors,200", "none,navigate,200"})
    void requestsWithoutAnOrigin(String site, String mode, int status) {
        given().header("Sec-Fetch-Site", site)
                .header("Sec-Fetch-Mode", mode)
                .get("/v1/models")
                .then()
                .statusCode(status);
    }

    @Test
    void theDashboardsOwnOriginMayCall() {
        given().header("Host", "localhost:" + RawHttp.port())
                .header("Origin", "http://localhost:" + RawHttp.port())
                .urlEncodingEnabled(false)
                .post("/v1/quantization-jobs/" + UUID.randomUUID() + ":cancel")
                .then()
                .statusCode(404);
    }
}
