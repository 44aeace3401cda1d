package io.bisup.export.folder;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.bisup.contract.Json;
import io.bisup.export.format.ExportWork;
import io.bisup.llm.checkpoint.TensorSource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Writes what every Hugging Face folder has: config.json, weights, tokenizer, generation settings, card and record. */
public final class ModelFiles {

    static final String LICENCE = "LICENSE";
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
     * @param card what the card says beside the notes; asked for when all tensors are written
     */
    public void write(
            String dtype, @Nullable ObjectNode quantization, List<TensorSource> tensors, Supplier<ModelCard> card)
            throws IOException {
        Files.createDirectories(work.folder());
        config(dtype, quantization);
        copies();
        new Shards(work.folder(), work.options().shardBytes(), work.progress()).write(tensors);
        Files.writeString(work.folder().resolve("README.md"), card.get().text(work));
        ExportRecord.write(work);
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
            copy(work, name);
        }
        copyLicence(work);
    }

    /** Copies the source's LICENSE, where it has one, into the export's folder. */
    public static void copyLicence(ExportWork work) throws IOException {
        copy(work, LICENCE);
    }

    /** Contents only: the source may be read-only, and the export is its user's. */
    private static void copy(ExportWork work, String name) throws IOException {
        Path from = work.source().artifact().directory().resolve(name);
        if (Files.isRegularFile(from)) {
            try (InputStream content = Files.newInputStream(from)) {
                Files.copy(content, work.folder().resolve(name));
            }
        }
    }

    private void json(String name, JsonNode node) throws IOException {
        Files.writeString(work.folder().resolve(name), node.toPrettyString() + "\n");
    }

    private Path source() {
        return work.source().artifact().directory();
    }
}
