package io.bisup.api;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.contains;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.hasItem;
import static org.hamcrest.Matchers.hasSize;

import io.bisup.api.testing.ApiStack;
import io.bisup.api.testing.Inputs;
import io.bisup.api.testing.TinyModel;
import io.bisup.contract.Digests;
import io.bisup.contract.Json;
import io.quarkus.test.common.QuarkusTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.ValidatableResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Models and data sets come in checked, digested and once. */
@QuarkusTest
@QuarkusTestResource(ApiStack.class)
class InputTest {

    @Test
    void aModelIsCopiedAndDescribed() throws Exception {
        String source = new TinyModel().write(Inputs.folder());
        model("described", source)
                .statusCode(201)
                .body("architecture", equalTo("LlamaForCausalLM"))
                .body("blocks", equalTo(TinyModel.LAYERS))
                .body("files.name", contains("config.json", "model.safetensors", "tokenizer.json"));
        model("described", source).statusCode(200);
        given().get("/v1/models/described").then().statusCode(200).body("files", hasSize(3));
        given().get("/v1/models").then().body("items.name", hasItem("described"));
        given().get("/v1/models/nobody").then().statusCode(404);
        model("described", new TinyModel().with("rope_theta", 5e5).write(Inputs.folder()))
                .statusCode(409)
                .body("code", equalTo("NAME_TAKEN"));
    }

    /** The card says whose licence holds; a model that was registered without one is the same with it. */
    @Test
    void aModelsCardIsKept() throws Exception {
        Path folder = Inputs.folder();
        String source = new TinyModel().write(folder);
        model("without-card", source).statusCode(201);
        Files.writeString(folder.resolve("README.md"), "---\nlicense: mit\n---\n");
        model("without-card", source).statusCode(200).body("files", hasSize(3));
        model("with-card", source).statusCode(201).body("files.name", hasItem("README.md"));
        Files.writeString(folder.resolve("README.md"), "---\nlicense: other\n---\n");
        model("with-card", source).statusCode(409);
    }

    @Test
    void modelsThatCannotRunAreRefused() throws Exception {
        refused(
                new TinyModel().with("architectures", java.util.List.of("MambaForCausalLM")),
                "UNSUPPORTED_ARCHITECTURE",
                "MambaForCausalLM");
        refused(
                new TinyModel().with("auto_map", Map.of("AutoModel", "evil.Model")),
                "UNSUPPORTED_ARCHITECTURE",
                "auto_map");
        refused(
                new TinyModel().without("model.layers.2.mlp.up_proj.weight"),
                "MALFORMED_CHECKPOINT",
                "model.layers.2.mlp.up_proj.weight");
        Path shape = Inputs.folder();
        new TinyModel().write(shape);
        Files.writeString(
                shape.resolve("config.json"),
                Files.readString(shape.resolve("config.json"))
                        .replace("\"intermediate_size\":256", "\"intermediate_size\":512"));
        model("refused", shape.toUri().toString()).statusCode(422).body("detail", containsString("mlp"));
    }

    @Test
    void picklesAndDamagedFilesAreRefused() throws Exception {
        Path pickle = Inputs.folder();
        new TinyModel().write(pickle);
        Files.move(pickle.resolve("model.safetensors"), pickle.resolve("pytorch_model.bin"));
        model("refused", pickle.toUri().toString())
                .statusCode(422)
                .body("code", equalTo("MALFORMED_CHECKPOINT"))
                .body("errors[0].message", containsString("safetensors"));
        Path torn = Inputs.folder();
        new TinyModel().write(torn);
        byte[] bytes = Files.readAllBytes(torn.resolve("model.safetensors"));
        Files.write(torn.resolve("model.safetensors"), java.util.Arrays.copyOf(bytes, bytes.length - 100));
        model("refused", torn.toUri().toString()).statusCode(422).body("code", equalTo("MALFORMED_CHECKPOINT"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://169.254.169.254/latest",
                "https://huggingface.co/x",
                "ftp://host/x",
                "s3://other-bucket/x",
                "x",
                "//host/share",
                "jar:file:/x!/y"
            })
    void sourcesThatAreNotAllowed(String source) {
        model("refused", source).statusCode(403).body("code", equalTo("SOURCE_NOT_ALLOWED"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "{}",
                "[]",
                "null",
                "{\"model\":{}}",
                "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":64}}}",
                "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":-1}}}",
                "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":\"0\"}}}",
                "{\"model\":{\"type\":\"WordLevel\",\"vocab\":{\"a\":9223372036854775808}}}",
                "{\"model\":{\"type\":\"Evil\",\"vocab\":{\"a\":0}}}",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}},\"decoder\":{\"type\":",
                "{\"model\":{\"type\":\"BPE\",\"vocab\":{\"a\":0}}} trailing"
            })
    void tokenizersThatAreTorn(String tokenizer) throws Exception {
        Path folder = Inputs.folder();
        new TinyModel().write(folder);
        Files.writeString(folder.resolve("tokenizer.json"), tokenizer);
        model("refused", folder.toUri().toString())
                .statusCode(422)
                .body("code", equalTo("MALFORMED_CHECKPOINT"))
                .body("detail", containsString("tokenizer.json"));
    }

    @Test
    void linksOutOfTheFolderPipesAndTheKernelsFilesAreRefused() throws Exception {
        Path outside = Files.createTempFile("secret", ".json");
        for (String target : new String[] {"/proc/self/environ", "/dev/zero", outside.toString()}) {
            Path folder = Inputs.folder();
            new TinyModel().withoutTokenizer().write(folder);
            Files.createSymbolicLink(folder.resolve("tokenizer.json"), Path.of(target));
            model("refused", folder.toUri().toString())
                    .statusCode(403)
                    .body("code", equalTo("SOURCE_NOT_ALLOWED"))
                    .body("detail", containsString("tokenizer.json"));
        }
        Path pipe = Inputs.folder();
        new TinyModel().withoutTokenizer().write(pipe);
        new ProcessBuilder("mkfifo", pipe.resolve("tokenizer.json").toString())
                .start()
                .waitFor();
        model("refused", pipe.toUri().toString()).statusCode(403);
        model("refused", "file:/proc/self").statusCode(422);
    }

    @Test
    void linksOfHuggingFacesCacheAreFollowed() throws Exception {
        Path cache = Inputs.folder();
        Path blobs = Files.createDirectories(cache.resolve("blobs"));
        Path snapshot = Files.createDirectories(cache.resolve("snapshots/abc"));
        new TinyModel().write(blobs);
        for (String file : new String[] {"config.json", "model.safetensors", "tokenizer.json"}) {
            Files.createSymbolicLink(snapshot.resolve(file), Path.of("../../blobs/" + file));
        }
        model("cached", snapshot.toUri().toString()).statusCode(201);
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:/no/such/folder", "file:relative", "file://host/x"})
    void foldersThatAreNone(String source) {
        model("refused", source).statusCode(422).body("code", equalTo("SOURCE_NOT_READABLE"));
    }

    @Test
    void aDatasetKeepsItsBytes() {
        String text = "once upon a time\n";
        dataset("tale", "text/plain", text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .statusCode(201)
                .body("sha256", equalTo(Digests.sha256(text)))
                .body("format", equalTo("TEXT"));
        dataset("tale", "text/plain", text.getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .statusCode(200);
        dataset("tale", "text/plain", "another".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .statusCode(409);
        given().get("/v1/datasets").then().body("items.name", hasItem("tale"));
    }

    @Test
    void linesMustHoldText() {
        byte[] good =
                "{\"text\":\"a\"}\n{\"text\":\"b\",\"url\":\"c\"}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        dataset("lines", "application/jsonl", good).statusCode(201).body("format", equalTo("JSONL"));
        byte[] bad = "{\"text\":\"a\"}\n{\"txt\":\"b\"}\n".getBytes(java.nio.charset.StandardCharsets.UTF_8);
        dataset("bad", "application/jsonl", bad).statusCode(422).body("errors[0].message", containsString("line 2"));
    }

    @Test
    void bodiesThatAreNoDatasets() {
        dataset("bad", "text/plain", new byte[0]).statusCode(422).body("errors[0].message", containsString("empty"));
        dataset("bad", "text/plain", " \n ".getBytes(java.nio.charset.StandardCharsets.UTF_8))
                .statusCode(422);
        dataset("bad", "text/plain", new byte[] {(byte) 0xff, (byte) 0xfe})
                .statusCode(422)
                .body("errors[0].message", containsString("UTF-8"));
        dataset("bad", "application/pdf", new byte[] {1}).statusCode(415);
        dataset("BAD", "text/plain", new byte[] {65}).statusCode(422);
        dataset("bad", "text/plain", new byte[1_000_001]).statusCode(413).body("code", equalTo("BODY_TOO_LARGE"));
    }

    private static void refused(TinyModel model, String code, String word) throws Exception {
        model("refused", model.write(Inputs.folder()))
                .statusCode(422)
                .body("code", equalTo(code))
                .body("errors[0].pointer", equalTo("/source"))
                .body("errors[0].message", containsString(word));
    }

    private static ValidatableResponse model(String name, String source) {
        return given().contentType("application/json")
                .body(Json.write(Map.of("name", name, "source", source)))
                .post("/v1/models")
                .then();
    }

    private static ValidatableResponse dataset(String name, String type, byte[] body) {
        return given().config(io.restassured.RestAssured.config()
                        .encoderConfig(io.restassured.config.EncoderConfig.encoderConfig()
                                .appendDefaultContentCharsetToContentTypeIfUndefined(false)
                                .encodeContentTypeAs("application/jsonl", io.restassured.http.ContentType.TEXT)
                                .encodeContentTypeAs("application/pdf", io.restassured.http.ContentType.TEXT)))
                .contentType(type)
                .body(body)
                .put("/v1/datasets/" + name)
                .then();
    }
}
