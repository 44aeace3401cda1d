package io.bisup.export.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.Json;
import io.bisup.export.format.ExportWork;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Writes what every Hugging Face folder has: config.json, weights, tokenizer, generation settings, card and record. */
public final class ModelFiles {

    private static final List<String> COPIED = List.of(
            "generation_config.json",
            "tokenizer.json",
            "tokenizer_config.json",
            "special_tokens_map.json",
            "chat_template.jinja");
    /** transformers 5 writes the first, transformers 4 the second. */
    private static final List<String> DTYPE_FIELDS = List.of("dtype", "torch_dtype");

    private final ExportWork work;

    public ModelFiles(ExportWork work) {
        this.work = work;
    }

    /**
     * Writes the folder.
     *
     * @param dtype of the model when it is opened, such as "bfloat16"
     * @param quantization the {@code quantization_config}, or null where weights are plain numbers
     * @param tensors of the whole model
     * @param card what the card says beside the notes
     */
    public void write(String dtype, @Nullable ObjectNode quantization, List<TensorSource> tensors, ModelCard card)
            throws IOException {
        Files.createDirectories(work.folder());
        config(dtype, quantization);
        copies();
        new Shards(work.folder(), work.options().shardBytes(), work.progress()).write(tensors);
        Files.writeString(work.folder().resolve("README.md"), card.text(work));
        record();
    }

    /** The source's configuration with the type of what is stored now. */
    private void config(String dtype, @Nullable ObjectNode quantization) throws IOException {
        ObjectNode config = (ObjectNode) Json.mapper().readTree(Files.readString(source().resolve("config.json")));
        DTYPE_FIELDS.stream().filter(config::has).forEach(field -> config.put(field, dtype));
        if (DTYPE_FIELDS.stream().noneMatch(config::has)) {
            config.put("torch_dtype", dtype);
        }
        if (quantization != null) {
            config.set("quantization_config", quantization);
        }
        json("config.json", config);
    }

    private void copies() throws IOException {
        for (String name : COPIED) {
            if (Files.isRegularFile(source().resolve(name))) {
                Files.copy(source().resolve(name), work.folder().resolve(name), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    /** What was done, for people and for us; no reader looks at it. */
    private void record() throws IOException {
        var sidecar = work.source().artifact().sidecar();
        Map<String, Object> record = Map.of(
                "format",
                "bisup-export",
                "formatVersion",
                1,
                "exportFormat",
                work.format(),
                "recipe",
                sidecar.recipe(),
                "prefixTokenIds",
                sidecar.prefixTokenIds(),
                "calibrationSha256",
                sidecar.calibrationSha256(),
                "sourceSha256",
                sidecar.sourceSha256(),
                "notes",
                work.notes());
        json("bisup_export.json", Json.tree(record));
    }

    private void json(String name, JsonNode node) throws IOException {
        Files.writeString(work.folder().resolve(name), Json.write(node) + "\n");
    }

    private Path source() {
        return work.source().artifact().directory();
    }
}
