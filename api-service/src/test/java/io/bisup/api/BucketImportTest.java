package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.contract.Json;
import io.bisup.localstack.LocalStackProcess;
import io.minio.BucketExistsArgs;
import io.minio.MakeBucketArgs;
import io.minio.MinioClient;
import io.minio.UploadObjectArgs;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Models that lie in another bucket of the S3 server. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class BucketImportTest {

    LocalStackProcess stack;

    private MinioClient s3;

    @BeforeEach
    void openBucket() throws Exception {
        s3 = MinioClient.builder()
                .endpoint(stack.properties().getProperty("bisup.objects.endpoint"))
                .credentials(
                        stack.properties().getProperty("bisup.objects.access-key"),
                        stack.properties().getProperty("bisup.objects.secret-key"))
                .build();
        String bucket = ApiStack.IMPORT_BUCKET;
        if (!s3.bucketExists(BucketExistsArgs.builder().bucket(bucket).build())) {
            s3.makeBucket(MakeBucketArgs.builder().bucket(bucket).build());
        }
    }

    @Test
    void aModelIsCopiedWithTheBytesItHas() throws Exception {
        Path folder = Inputs.folder();
        String source = new TinyModel().write(folder);
        upload(folder, "team/tiny/");
        String digest = model("from-folder", source).statusCode(201).extract().path("digest");
        model("from-bucket", "s3://" + ApiStack.IMPORT_BUCKET + "/team/tiny")
                .statusCode(201)
                .body("digest", equalTo(digest));
        model("from-bucket", "s3://" + ApiStack.IMPORT_BUCKET + "/team/tiny/").statusCode(200);
    }

    @Test
    void anEmptyPrefixHoldsNoModel() {
        model("nothing", "s3://" + ApiStack.IMPORT_BUCKET + "/nothing")
                .statusCode(422)
                .body("code", equalTo("MALFORMED_CHECKPOINT"))
                .body("errors[0].message", containsString("config.json"));
    }

    private void upload(Path folder, String prefix) throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(folder)) {
            files = all.toList();
        }
        for (Path file : files) {
            s3.uploadObject(UploadObjectArgs.builder()
                    .bucket(ApiStack.IMPORT_BUCKET)
                    .object(prefix + file.getFileName())
                    .filename(file.toString())
                    .build());
        }
    }

    private static ValidatableResponse model(String name, String source) {
        return given().contentType("application/json")
                .body(Json.write(Map.of("name", name, "source", source)))
                .post("/v1/models")
                .then();
    }
}
